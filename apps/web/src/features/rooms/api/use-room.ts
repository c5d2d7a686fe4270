import { useQuery } from '@tanstack/react-query';
import { useConfab } from '../../../lib/sdk/use-confab.ts';
import { useMyRooms } from './use-my-rooms.ts';

/** A room by its id: from my list if I am in it, otherwise asked for, as a public room may be looked at before joining. */
export function useRoom(roomId: string) {
  const confab = useConfab();
  const mine = useMyRooms();
  const joined = mine.data?.rooms.find((room) => room.id === roomId);
  const asked = useQuery({ queryKey: ['room', roomId], queryFn: () => confab.rest.getRoom(roomId), enabled: mine.data !== undefined && !joined });
  return joined ? { room: joined, error: null, refetch: mine.refetch } : { room: asked.data, error: mine.error ?? asked.error, refetch: asked.refetch };
}

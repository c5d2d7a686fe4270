import { useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Room } from '../../../lib/sdk/models.ts';
import { useConfab } from '../../../lib/sdk/use-confab.ts';
import { withRoom } from './my-rooms.ts';
import { updateMyRooms } from './use-my-rooms.ts';

/** What changes a room or my place in it. The list shows the result at once; the event that tells the same changes nothing more. */
export function useRoomActions() {
  const confab = useConfab();
  const client = useQueryClient();
  return useMemo(() => {
    const show = (room: Room): Room => {
      updateMyRooms(client, (state) => withRoom(state, room));
      void client.invalidateQueries({ queryKey: ['discoverable-rooms'] });
      client.setQueryData(['room', room.id], room);
      return room;
    };
    return {
      createRoom: async (input: { name: string; kind: 'public' | 'private'; description: string }) => show(await confab.rest.createRoom(input)),
      updateRoom: async (roomId: string, change: { name: string; description: string }) => show(await confab.rest.updateRoom(roomId, change)),
      joinRoom: async (roomId: string) => {
        await confab.rest.joinRoom(roomId);
        return show(await confab.rest.getRoom(roomId));
      },
      leaveRoom: async (roomId: string) => {
        await confab.rest.leaveRoom(roomId);
        updateMyRooms(client, (state) => ({ ...state, rooms: state.rooms.filter((room) => room.id !== roomId) }));
        client.removeQueries({ queryKey: ['room', roomId] });
        void client.invalidateQueries({ queryKey: ['discoverable-rooms'] });
      },
    };
  }, [confab, client]);
}

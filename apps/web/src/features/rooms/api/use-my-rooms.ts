import type { Confab, ResyncEvent, StartingPoint } from '@confab/sdk';
import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query';
import { fetchWithEvents, type LiveEvent } from '../../../lib/realtime/live-event.ts';
import type { Room } from '../../../lib/sdk/models.ts';
import { useConfab } from '../../../lib/sdk/use-confab.ts';
import { type MyRooms, roomToFetch, withEvent, withRoom } from './my-rooms.ts';

/** `start` is the moment of the snapshot: the realtime connection begins there, so that nothing falls between the two. */
export type MyRoomsState = MyRooms & { start: StartingPoint };

const key = ['my-rooms'] as const;

export const myRoomsQuery = (confab: Confab) =>
  queryOptions({
    queryKey: key,
    staleTime: Infinity,
    queryFn: (): Promise<MyRoomsState> =>
      fetchWithEvents(
        confab,
        async () => {
          const { user, rooms, epoch, streams } = await confab.rest.getSync();
          return { user, rooms, start: { epoch, streams } };
        },
        applyEvent,
      ),
  });

export const useMyRooms = () => useQuery(myRoomsQuery(useConfab()));

/** The room as the list has it; undefined while that is loading, or if I am not in it. */
export function useMyRoom(roomId: string): Room | undefined {
  return useMyRooms().data?.rooms.find((room) => room.id === roomId);
}

export function inOrder(rooms: readonly Room[]): Room[] {
  return rooms.toSorted((a, b) => (a.name ?? '').localeCompare(b.name ?? '', undefined, { numeric: true }) || (a.id < b.id ? -1 : 1));
}

export function updateMyRooms(client: QueryClient, change: (state: MyRooms) => MyRooms): void {
  client.setQueryData<MyRoomsState>(key, (state) => state && { ...state, ...change(state) });
}

const applyEvent = (state: MyRoomsState, event: LiveEvent): MyRoomsState => ({ ...state, ...withEvent(state, event) });

/** Keeps the list current; what an event does not say is asked for. */
export function followMyRooms(confab: Confab, client: QueryClient, event: LiveEvent): void {
  const state = client.getQueryData<MyRoomsState>(key);
  if (!state) return;
  const toFetch = roomToFetch(state, event);
  updateMyRooms(client, (rooms) => withEvent(rooms, event));
  if (toFetch) void refreshRoom(confab, client, toFetch).catch(() => client.invalidateQueries({ queryKey: key }));
}

/** Asks for one room again, until the answer is no older than what events have told. */
export async function refreshRoom(confab: Confab, client: QueryClient, roomId: string): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const room = await confab.rest.getRoom(roomId);
    updateMyRooms(client, (state) => withRoom(state, room));
    const present = client.getQueryData<MyRoomsState>(key)?.rooms.find((candidate) => candidate.id === roomId);
    if (!present || present.head <= room.head) return;
  }
}

/** The log could not lead on: the list, or the one room of it, is as the server says now. */
export async function resyncMyRooms(confab: Confab, client: QueryClient, { stream }: ResyncEvent): Promise<void> {
  if (stream.startsWith('user:')) await client.refetchQueries({ queryKey: key });
  else await refreshRoom(confab, client, stream.slice('room:'.length));
}

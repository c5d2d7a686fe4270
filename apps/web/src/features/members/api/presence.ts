import type { Confab } from '@confab/sdk';
import { type QueryClient, useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Room } from '../../../lib/sdk/models.ts';
import { useConfab } from '../../../lib/sdk/use-confab.ts';
import { useMembers } from './use-members.ts';

type States = Readonly<Record<string, string>>;

const key = ['presence'];
const none: States = {};
/** In larger rooms the server does not say who is here. */
const mostTold = 500;

/** Keeps what the gateway says of those in the room in focus. */
export function followPresence(confab: Confab, client: QueryClient): () => void {
  return confab.realtime.on('presence', ({ userId, state }) => {
    client.setQueryData<States>(key, (states = none) => ({ ...states, [userId]: state }));
  });
}

/** What was heard since; a list of members has what was true when it was fetched. */
export function usePresences(): States {
  return useQuery<States>({ queryKey: key, queryFn: () => none, enabled: false, initialData: none, staleTime: Infinity }).data;
}

/** Has the gateway say who of this room comes and goes, for as long as it is looked at. */
export function useRoomFocus(roomId: string): void {
  const { realtime } = useConfab();
  useEffect(() => {
    realtime.focus(roomId);
    // Refused before the room's stream is attached, which in a room I have just joined comes later.
    const stop = realtime.on('synced', ({ stream }) => {
      if (stream === `room:${roomId}`) realtime.focus(roomId);
    });
    return () => {
      stop();
      realtime.focus(null);
    };
  }, [realtime, roomId]);
}

/** How many of the room are online; undefined where nobody says. */
export function useOnlineCount(room: Room): number | undefined {
  const isTold = room.memberCount <= mostTold;
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = useMembers(room.id, isTold);
  const states = usePresences();
  const isMore = isTold && hasNextPage && !isFetching && !isError;
  useEffect(() => {
    if (isMore) void fetchNextPage();
  }, [isMore, fetchNextPage]);
  if (!isTold || !data || hasNextPage) return undefined;
  return data.pages.flatMap((page) => page.items).filter(({ user, presence }) => (states[user.id] ?? presence) === 'online').length;
}

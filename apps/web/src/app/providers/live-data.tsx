import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { followPresence } from '../../features/members/api/presence.ts';
import { followMembers, resyncMembers } from '../../features/members/api/use-members.ts';
import { createUserOutbox, OutboxContext } from '../../features/messages/api/outbox-context.ts';
import { followTimelines, resyncTimeline } from '../../features/messages/api/use-timeline.ts';
import { followMyRooms, resyncMyRooms, useMyRooms } from '../../features/rooms/api/use-my-rooms.ts';
import { watchIdle } from '../../lib/realtime/watch-idle.ts';
import { useConfab } from '../../lib/sdk/use-confab.ts';

const wakeEveryMs = 10_000;

/** Joins the realtime connection to what is cached, for as long as one user is signed in. */
export function LiveData({ userId, children }: { userId: string; children: ReactNode }) {
  const confab = useConfab();
  const client = useQueryClient();
  const [outbox] = useState(() => createUserOutbox(confab, client, userId));
  const start = useMyRooms().data?.start;
  const begin = useRef(start);
  useEffect(() => {
    begin.current ??= start;
  });
  const isLoaded = start !== undefined;

  useEffect(() => {
    const stops = [
      confab.realtime.on('event', (event) => {
        followMyRooms(confab, client, event);
        followTimelines(client, event);
        followMembers(client, event);
        if (event.type === 'message.created' && event.data.author.id === userId) outbox.settle(event.data.nonce);
      }),
      // The SDK holds the stream's later events back until this has settled.
      confab.realtime.on('resync', async (event) => {
        await Promise.all([resyncMyRooms(confab, client, event), resyncTimeline(confab, client, event), resyncMembers(client, event.stream)]);
      }),
      confab.realtime.on('state', ({ state }) => {
        if (state === 'live') outbox.revive();
      }),
      followPresence(confab, client),
      watchIdle(window, (isIdle) => confab.realtime.setPresence(isIdle ? 'away' : 'online')),
    ];
    // Sending needs no gateway: it may work again before the live connection does.
    const waking = setInterval(() => outbox.wake(), wakeEveryMs);
    // A network that was away for a moment need not have ended the live connection.
    const onOnline = () => outbox.revive();
    window.addEventListener('online', onOnline);
    return () => {
      clearInterval(waking);
      window.removeEventListener('online', onOnline);
      stops.forEach((stop) => stop());
    };
  }, [confab, client, outbox, userId]);

  // From the moment of the first snapshot on; a later one does not connect anew, the SDK's own cursors are as far as it.
  useEffect(() => {
    if (!isLoaded) return;
    confab.realtime.connect(begin.current).catch(() => undefined);
    return () => confab.realtime.close();
  }, [confab, isLoaded]);

  return <OutboxContext value={outbox}>{children}</OutboxContext>;
}

import type { Confab, ResyncEvent } from '@confab/sdk';
import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef, useState } from 'react';
import { fetchWithEvents, type LiveEvent } from '../../../lib/realtime/live-event.ts';
import type { Message } from '../../../lib/sdk/models.ts';
import { useConfab } from '../../../lib/sdk/use-confab.ts';
import { fromPage, type Timeline, withMessage, withNewer, withOlder } from './timeline.ts';

const keyOf = (roomId: string) => ['messages', roomId] as const;
const pageSize = 50;
const maxPageSize = 100;

const update = (client: QueryClient, roomId: string, change: (timeline: Timeline) => Timeline) =>
  client.setQueryData<Timeline>(keyOf(roomId), (timeline) => timeline && change(timeline));

const applyEvent = (roomId: string) => (timeline: Timeline, event: LiveEvent) =>
  event.type === 'message.created' && event.data.roomId === roomId ? withMessage(timeline, event.data) : timeline;

const fetchNewest = (confab: Confab, roomId: string, limit: number) =>
  fetchWithEvents(confab, async () => fromPage(await confab.rest.listMessages(roomId, { limit })), applyEvent(roomId));

/** A room's messages as far as they are loaded, kept current by events. `unreadCount` is how many the first page should reach over. */
export function useTimeline(roomId: string, unreadCount: number) {
  const confab = useConfab();
  const client = useQueryClient();
  const query = useQuery({
    queryKey: keyOf(roomId),
    queryFn: () => fetchNewest(confab, roomId, Math.min(Math.max(pageSize, unreadCount + 10), maxPageSize)),
    staleTime: Infinity,
  });
  const older = useLoad(useCallback(async () => {
    const first = client.getQueryData<Timeline>(keyOf(roomId))?.items[0];
    if (!first) return;
    const page = await confab.rest.listMessages(roomId, { before: first.id, limit: pageSize });
    update(client, roomId, (timeline) => withOlder(timeline, page));
  }, [confab, client, roomId]));
  const newer = useLoad(useCallback(async () => {
    const last = client.getQueryData<Timeline>(keyOf(roomId))?.items.at(-1);
    if (!last) return;
    const page = await confab.rest.listMessages(roomId, { after: last.id, limit: pageSize });
    update(client, roomId, (timeline) => withNewer(timeline, page));
  }, [confab, client, roomId]));
  const loadNewest = useCallback(async () => {
    client.setQueryData(keyOf(roomId), await fetchNewest(confab, roomId, pageSize));
  }, [confab, client, roomId]);

  return { timeline: query.data, error: query.error, refetch: query.refetch, older, newer, loadNewest };
}

/** One load at a time, with what became of the last. */
function useLoad(work: () => Promise<void>) {
  const [state, setState] = useState<{ isLoading: boolean; error: unknown }>({ isLoading: false, error: undefined });
  const isBusy = useRef(false);
  const load = useCallback(async () => {
    if (isBusy.current) return;
    isBusy.current = true;
    setState({ isLoading: true, error: undefined });
    try {
      await work();
      setState({ isLoading: false, error: undefined });
    } catch (error) {
      setState({ isLoading: false, error });
    } finally {
      isBusy.current = false;
    }
  }, [work]);
  return { ...state, load };
}

export function showMessage(client: QueryClient, message: Message): void {
  update(client, message.roomId, (timeline) => withMessage(timeline, message));
}

export function followTimelines(client: QueryClient, event: LiveEvent): void {
  if (event.type === 'message.created') showMessage(client, event.data);
  if (event.type === 'member.removed' && event.stream.startsWith('user:')) client.removeQueries({ queryKey: keyOf(event.data.roomId) });
}

/**
 * The log could not lead on in this room: what is loaded may have holes and be out of date. The newest page replaces it;
 * who was reading further up pages back to there.
 */
export async function resyncTimeline(confab: Confab, client: QueryClient, { stream }: ResyncEvent): Promise<void> {
  if (!stream.startsWith('room:')) return;
  const roomId = stream.slice('room:'.length);
  if (!client.getQueryData(keyOf(roomId))) return;
  client.setQueryData(keyOf(roomId), await fetchNewest(confab, roomId, pageSize));
}

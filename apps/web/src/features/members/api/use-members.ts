import type { Confab } from '@confab/sdk';
import { type InfiniteData, type QueryClient, useInfiniteQuery } from '@tanstack/react-query';
import type { LiveEvent } from '../../../lib/realtime/live-event.ts';
import type { Member } from '../../../lib/sdk/models.ts';
import { useConfab } from '../../../lib/sdk/use-confab.ts';

type MemberPage = { items: Member[]; nextCursor: string | null };
type Pages = InfiniteData<MemberPage, string | null>;

const keyOf = (roomId: string) => ['members', roomId] as const;
const pageSize = 100;

const fetchPage = (confab: Confab, roomId: string, cursor: string | null, signal: AbortSignal) =>
  confab.rest.listMembers(roomId, { limit: pageSize, ...(cursor ? { cursor } : {}) }, { signal });

/** Who is in a room, in the order of joining, page by page. */
export function useMembers(roomId: string, isEnabled = true) {
  const confab = useConfab();
  return useInfiniteQuery({
    queryKey: keyOf(roomId),
    queryFn: ({ pageParam, signal }) => fetchPage(confab, roomId, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    enabled: isEnabled,
  });
}

/** Keeps loaded lists current. A list that is still loading starts again, as its pages may be of two moments. */
export function followMembers(client: QueryClient, event: LiveEvent): void {
  if (event.type !== 'member.added' && event.type !== 'member.removed' && event.type !== 'member.updated') return;
  const key = keyOf(event.data.roomId);
  if (client.isFetching({ queryKey: key }) > 0) void client.invalidateQueries({ queryKey: key });
  else client.setQueryData<Pages>(key, (pages) => pages && withMember(pages, event.type, event.data));
}

export const resyncMembers = (client: QueryClient, stream: string): Promise<void> =>
  client.invalidateQueries({ queryKey: stream.startsWith('room:') ? keyOf(stream.slice('room:'.length)) : ['members'] });

function withMember(data: Pages, type: string, member: Member): Pages {
  const isHim = (candidate: Member) => candidate.user.id === member.user.id;
  const isKnown = data.pages.some((page) => page.items.some(isHim));
  const pages = data.pages.map((page, index) => {
    if (type === 'member.removed') return { ...page, items: page.items.filter((candidate) => !isHim(candidate)) };
    // An event does not say who is here: that stays.
    if (isKnown) return { ...page, items: page.items.map((candidate) => (isHim(candidate) ? { ...candidate, ...member } : candidate)) };
    // The newest member comes last; he is on a later page if there is one.
    const isEnd = index === data.pages.length - 1 && page.nextCursor === null;
    return isEnd && type === 'member.added' ? { ...page, items: [...page.items, member] } : page;
  });
  return { ...data, pages };
}

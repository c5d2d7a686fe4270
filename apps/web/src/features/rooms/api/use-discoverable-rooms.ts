import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useConfab } from '../../../lib/sdk/use-confab.ts';

/** Public rooms that I am not in, by a part of their name. */
export function useDiscoverableRooms(query: string) {
  const confab = useConfab();
  return useInfiniteQuery({
    queryKey: ['discoverable-rooms', query],
    queryFn: ({ pageParam, signal }) =>
      confab.rest.listRooms({ scope: 'discoverable', limit: 50, ...(query ? { query } : {}), ...(pageParam ? { cursor: pageParam } : {}) }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
}

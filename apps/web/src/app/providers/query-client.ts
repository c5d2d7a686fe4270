import { QueryClient } from '@tanstack/react-query';

/** The SDK repeats what may be repeated and knows best when; a query that failed has failed. Events keep the data fresh, not focus. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { retry: false, networkMode: 'always', refetchOnWindowFocus: false, refetchOnReconnect: false, gcTime: 30 * 60_000 },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}

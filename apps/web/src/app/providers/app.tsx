import type { Confab } from '@confab/sdk';
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect } from 'react';
import { ConfabContext } from '../../lib/sdk/use-confab.ts';
import type { AppRouter } from '../router/router.ts';

type Props = { confab: Confab; queryClient: QueryClient; router: AppRouter };

export function App({ confab, queryClient, router }: Props) {
  useEffect(
    () =>
      confab.auth.on('signed-out', ({ reason }) => {
        queryClient.clear();
        void router.navigate({ to: '/sign-in', search: reason === 'ended' ? { ended: true, next: router.state.location.href } : {} });
      }),
    [confab, queryClient, router],
  );
  return (
    <ConfabContext value={confab}>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </ConfabContext>
  );
}

import type { Confab } from '@confab/sdk';
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect } from 'react';
import { onSessionElsewhere } from '../../lib/sdk/session-store.ts';
import { ConfabContext } from '../../lib/sdk/use-confab.ts';
import type { AppRouter } from '../router/router.ts';

type Props = { confab: Confab; queryClient: QueryClient; router: AppRouter };

export function App({ confab, queryClient, router }: Props) {
  useEffect(() => {
    let isEndedElsewhere = false;
    const stops = [
      confab.auth.on('signed-out', ({ reason }) => {
        queryClient.clear();
        const { pathname, href } = router.state.location;
        // A page that was just opened is led there by its route.
        if (pathname === '/sign-in' || pathname === '/register') return;
        void router.navigate({ to: '/sign-in', search: reason === 'ended' || isEndedElsewhere ? { ended: true, next: href } : {} });
      }),
      onSessionElsewhere((sessionId) => {
        if (sessionId === confab.auth.session?.sessionId) return;
        // Somebody else may be signed in now: nothing of this page is his.
        if (sessionId !== undefined) return location.reload();
        isEndedElsewhere = true;
        void confab.auth.signOut().catch(() => undefined).finally(() => (isEndedElsewhere = false));
      }),
    ];
    return () => stops.forEach((stop) => stop());
  }, [confab, queryClient, router]);
  return (
    <ConfabContext value={confab}>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </ConfabContext>
  );
}

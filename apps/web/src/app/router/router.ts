import type { Confab } from '@confab/sdk';
import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { mayHaveSession } from '../../lib/sdk/session-store.ts';

export type RouterContext = { confab: Confab; queryClient: QueryClient };

const root = createRootRouteWithContext<RouterContext>()({
  notFoundComponent: lazyRouteComponent(() => import('./not-found.tsx'), 'NotFound'),
  errorComponent: lazyRouteComponent(() => import('./broken.tsx'), 'Broken'),
});

export type AuthSearch = { next?: string; ended?: boolean };

// Only a path of this page: a link must not send a person elsewhere once he has signed in.
const authSearch = ({ next, ended }: Record<string, unknown>): AuthSearch => ({
  ...(typeof next === 'string' && /^\/(?![/\\])/.test(next) ? { next } : {}),
  ...(ended === true ? { ended } : {}),
});

/** Nobody who was never here is asked for a cookie. */
const restored = async ({ auth }: Confab) => auth.user ?? (mayHaveSession() ? auth.restore() : undefined);

const signedOutOnly = async ({ context, search }: { context: RouterContext; search: AuthSearch }) => {
  const user = await restored(context.confab);
  if (user) redirect({ href: search.next ?? '/', throw: true });
};

const signInRoute = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: authSearch,
  beforeLoad: signedOutOnly,
  component: lazyRouteComponent(() => import('./auth-screens.tsx'), 'SignInScreen'),
});

const registerRoute = createRoute({
  getParentRoute: () => root,
  path: '/register',
  validateSearch: authSearch,
  beforeLoad: signedOutOnly,
  component: lazyRouteComponent(() => import('./auth-screens.tsx'), 'RegisterScreen'),
});

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  beforeLoad: async ({ context, location }) => {
    const wasSignedIn = mayHaveSession();
    const user = await restored(context.confab);
    if (!user) throw redirect({ to: '/sign-in', search: { ...(location.pathname === '/' ? {} : { next: location.href }), ...(wasSignedIn ? { ended: true } : {}) } });
    return { user };
  },
  component: lazyRouteComponent(() => import('./shell.tsx'), 'Shell'),
});

const home = createRoute({ getParentRoute: () => shell, path: '/', component: lazyRouteComponent(() => import('./home-screen.tsx'), 'HomeScreen') });
const browse = createRoute({ getParentRoute: () => shell, path: '/browse', component: lazyRouteComponent(() => import('./browse-screen.tsx'), 'BrowseScreen') });
const settings = createRoute({ getParentRoute: () => shell, path: '/settings', component: lazyRouteComponent(() => import('./settings-screen.tsx'), 'SettingsScreen') });

const room = createRoute({
  getParentRoute: () => shell,
  path: '/rooms/$roomId',
  validateSearch: ({ panel }: Record<string, unknown>): { panel?: 'members' } => (panel === 'members' ? { panel } : {}),
  component: lazyRouteComponent(() => import('./room-screen.tsx'), 'RoomScreen'),
});

const routeTree = root.addChildren([signInRoute, registerRoute, shell.addChildren([home, browse, settings, room])]);

export function createAppRouter(context: RouterContext) {
  return createRouter({ routeTree, context, defaultPreload: 'intent', defaultPendingMs: 0, scrollRestoration: false });
}

export type AppRouter = ReturnType<typeof createAppRouter>;

declare module '@tanstack/react-router' {
  interface Register {
    router: AppRouter;
  }
}

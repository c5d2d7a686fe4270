import { expect, test, vi } from 'vitest';
import { createConfab } from './confab.ts';
import { NetworkError } from './problem.ts';
import { createMemorySession } from './session.ts';
import type { Session, SessionStore } from './session.ts';
import { createScriptedServer, cut, json, problem, session } from './testing/scripted-server.ts';
import type { Request } from './testing/scripted-server.ts';

const baseUrl = 'http://confab.test';
const { user } = session(1);

const stored = (generation: number, lifeMs: number): Session => ({
  user,
  sessionId: 's',
  refreshToken: `refresh-${generation}`,
  accessToken: `access-${generation}`,
  expiresAt: Date.now() + lifeMs,
});

function client(answer: (request: Request, n: number) => Response | Error | Promise<Response>, store: SessionStore = createMemorySession(), cookieSession = false) {
  const server = createScriptedServer(answer);
  const confab = createConfab({ baseUrl, fetch: server.fetch, session: store, retryWithinMs: 0, cookieSession });
  const told: string[] = [];
  confab.auth.on('signed-in', () => told.push('signed-in'));
  confab.auth.on('refreshed', () => told.push('refreshed'));
  confab.auth.on('signed-out', ({ reason }) => told.push(`signed-out: ${reason}`));
  return { confab, server, store, told, paths: () => server.requests.map(({ path }) => path) };
}

/** A server whose refresh tokens work once: generation n gives n + 1. */
const rotating = ({ path, body, authorization }: Request): Response => {
  if (path === '/auth/login' || path === '/auth/register') return json(200, session(1));
  if (path === '/auth/refresh') return json(200, session(Number((body as { refreshToken: string }).refreshToken.slice(8)) + 1));
  if (path === '/auth/logout') return new Response(null, { status: 204 });
  return json(200, { authorization });
};

test('signing in keeps the session, and sends its token along', async () => {
  const { confab, store, told } = client(rotating);
  expect(await confab.auth.signIn({ username: 'ada', password: 'x' })).toEqual(user);
  expect(await store.get()).toMatchObject({ sessionId: 's', accessToken: 'access-1', refreshToken: 'refresh-1', user });
  expect(await confab.rest.getMe()).toEqual({ authorization: 'Bearer access-1' });
  expect([confab.auth.user, told]).toEqual([user, ['signed-in']]);
});

test('a stored session is taken up by itself, and refreshed before its token ends', async () => {
  const store = createMemorySession();
  await store.set(stored(4, 2_000));
  const { confab, paths } = client(rotating, store);
  expect(await confab.rest.getMe()).toEqual({ authorization: 'Bearer access-5' });
  expect(paths()).toEqual(['/auth/refresh', '/users/me']);
  expect(await store.get()).toMatchObject({ refreshToken: 'refresh-5' });
});

test('restore: no session, a good one, one that has ended', async () => {
  expect(await client(rotating).confab.auth.restore()).toBeUndefined();

  const good = createMemorySession();
  await good.set(stored(1, 900_000));
  expect(await client(rotating, good).confab.auth.restore()).toEqual(user);

  const over = createMemorySession();
  await over.set(stored(1, -1));
  const { confab, told } = client(() => problem('refresh.invalid'), over);
  expect(await confab.auth.restore()).toBeUndefined();
  expect([await over.get(), told]).toEqual([undefined, ['signed-out: ended']]);
});

test('without a network the session stays', async () => {
  const store = createMemorySession();
  await store.set(stored(1, -1));
  const { confab, told } = client(() => cut(), store);
  expect(await confab.auth.restore()).toEqual(user);
  await expect(confab.rest.getMe()).rejects.toBeInstanceOf(NetworkError);
  expect([(await store.get())?.refreshToken, told]).toEqual(['refresh-1', []]);
});

test('a token that is still good carries a call over a refresh that failed', async () => {
  const store = createMemorySession();
  await store.set(stored(1, 5_000));
  const { confab } = client((request) => (request.path === '/auth/refresh' ? cut() : rotating(request)), store);
  expect(await confab.rest.getMe()).toEqual({ authorization: 'Bearer access-1' });
});

test('refresh is single-flight', async () => {
  const { confab, paths } = client(rotating);
  await confab.auth.signIn({ username: 'ada', password: 'x' });
  await Promise.all([confab.auth.refresh(), confab.auth.refresh(), confab.auth.refresh()]);
  expect(paths().filter((path) => path === '/auth/refresh')).toHaveLength(1);
  expect(confab.auth.session?.accessToken).toBe('access-2');
});

test('another tab was faster: its successor is taken over', async () => {
  const store = createMemorySession();
  await store.set(stored(1, -1));
  const { confab, paths } = client(rotating, store);
  await confab.auth.restore();
  await store.set(stored(7, 900_000));
  await confab.auth.refresh();
  expect([confab.auth.session?.accessToken, paths()]).toEqual(['access-7', ['/auth/refresh']]);
});

test('another tab refreshed with our token while we asked: no sign-out', async () => {
  const store = createMemorySession();
  await store.set(stored(1, -1));
  const { confab, told } = client(async ({ path }) => {
    if (path !== '/auth/refresh') return json(200, {});
    await store.set(stored(2, 900_000));
    return problem('refresh.invalid');
  }, store);
  expect(await confab.auth.restore()).toEqual(user);
  expect([confab.auth.session?.accessToken, told]).toEqual(['access-2', ['refreshed']]);
});

test('a session that has ended by itself leaves the sign-in of another tab alone', async () => {
  const store = createMemorySession();
  await store.set(stored(1, -1));
  const { confab, told } = client(() => problem('session.ended'), store);
  await confab.auth.restore().then(() => undefined);
  const other: Session = { ...stored(1, 900_000), sessionId: 'other' };
  await store.set(stored(1, -1));
  const second = client(async () => {
    await store.set(other);
    return problem('session.ended');
  }, store);
  expect(await second.confab.auth.restore()).toBeUndefined();
  expect([await store.get(), told, second.told]).toEqual([other, ['signed-out: ended'], ['signed-out: ended']]);
});

test('sign-out ends the session here and there', async () => {
  const { confab, server, store, told } = client(rotating);
  await confab.auth.signIn({ username: 'ada', password: 'x' });
  await confab.auth.signOut();
  expect(server.requests.at(-1)).toMatchObject({ path: '/auth/logout', authorization: 'Bearer access-1' });
  expect([confab.auth.user, await store.get(), told]).toEqual([undefined, undefined, ['signed-in', 'signed-out: requested']]);
  expect(await confab.rest.getMe()).toEqual({});
});

test('sign-out without a network: gone here, and the caller knows that the server was not told', async () => {
  const { confab, store } = client((request) => (request.path === '/auth/logout' ? cut() : rotating(request)));
  await confab.auth.signIn({ username: 'ada', password: 'x' });
  await expect(confab.auth.signOut()).rejects.toBeInstanceOf(NetworkError);
  expect([confab.auth.user, await store.get()]).toEqual([undefined, undefined]);
});

test('the server says that the session has ended: signed out', async () => {
  const { confab, told } = client((request) => (request.path === '/users/me' ? problem('session.ended') : rotating(request)));
  await confab.auth.signIn({ username: 'ada', password: 'x' });
  await expect(confab.rest.getMe()).rejects.toMatchObject({ code: 'session.ended' });
  await vi.waitFor(() => expect(told).toEqual(['signed-in', 'signed-out: ended']));
});

test('operations that need no session get no token', async () => {
  const { confab, server } = client(rotating);
  await confab.auth.signIn({ username: 'ada', password: 'x' });
  await confab.rest.signIn({ username: 'bob', password: 'x' });
  expect(server.requests.at(-1)?.authorization).toBeUndefined();
});

/** A server that keeps the refresh token in a cookie, of this session. */
const inCookie = (sessionId = 's') => {
  let generation = 1;
  return ({ path, authorization }: Request): Response => {
    const { refreshToken: _, ...rest } = session(generation);
    if (path === '/auth/refresh' || path === '/auth/login' || path === '/auth/register') {
      generation += 1;
      return json(200, { ...rest, sessionId });
    }
    return path === '/auth/logout' ? new Response(null, { status: 204 }) : json(200, { authorization });
  };
};

test('a cookie session asks for the cookie, and its store holds no refresh token', async () => {
  const { confab, server, store } = client(inCookie(), createMemorySession(), true);
  await confab.auth.signIn({ username: 'ada', password: 'x' });
  expect(server.requests.at(-1)?.body).toEqual({ username: 'ada', password: 'x', refreshTokenIn: 'cookie' });
  expect(await store.get()).toEqual({ user, sessionId: 's', accessToken: 'access-1', expiresAt: expect.any(Number) as number });
  await confab.auth.refresh();
  expect(server.requests.at(-1)).toMatchObject({ path: '/auth/refresh', body: {} });
  expect(await confab.rest.getMe()).toEqual({ authorization: 'Bearer access-2' });
  await confab.auth.signOut();
  expect([await store.get(), server.requests.at(-1)?.path]).toEqual([undefined, '/auth/logout']);
});

test('a cookie session is restored from nothing but the cookie; without one nobody is signed in', async () => {
  const found = client(inCookie(), createMemorySession(), true);
  expect(await found.confab.auth.restore()).toEqual(user);
  expect(await found.confab.rest.getMe()).toEqual({ authorization: 'Bearer access-1' });
  const none = client(() => problem('refresh.invalid'), createMemorySession(), true);
  expect([await none.confab.auth.restore(), none.told]).toEqual([undefined, []]);
  const offline = client(() => cut(), createMemorySession(), true);
  expect(await offline.confab.auth.restore()).toBeUndefined();
  // Who keeps the token himself has nothing to restore.
  const plain = client(inCookie());
  expect([await plain.confab.auth.restore(), plain.paths()]).toEqual([undefined, []]);
});

test('the cookie of another sign-in does not become ours', async () => {
  const store = createMemorySession();
  const { refreshToken: _, ...kept } = stored(1, -1);
  await store.set(kept);
  const { confab, told } = client(inCookie('another'), store, true);
  expect(await confab.auth.restore()).toBeUndefined();
  expect([told, confab.auth.session]).toEqual([['signed-out: ended'], undefined]);
});

test('a store that fails costs nothing but the store', async () => {
  const broken: SessionStore = {
    get: () => Promise.reject(new Error('private window')),
    set: () => {
      throw new Error('quota');
    },
    clear: () => Promise.reject(new Error('private window')),
  };
  const { confab } = client(rotating, broken);
  await confab.auth.signIn({ username: 'ada', password: 'x' });
  expect(await confab.rest.getMe()).toEqual({ authorization: 'Bearer access-1' });
  await confab.auth.signOut();
  expect(confab.auth.user).toBeUndefined();
});

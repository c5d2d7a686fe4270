import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createConfab } from '../confab.ts';
import { createScriptedServer, cut, json, session } from '../testing/scripted-server.ts';
import { createFreshness } from './freshness.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function begin(seconds: number, refresh: (n: number) => Response | Error) {
  const server = createScriptedServer(({ path }, n) => (path === '/auth/login' ? json(200, session(1, seconds)) : refresh(n)));
  const { auth } = createConfab({ baseUrl: 'http://confab.test', fetch: server.fetch, retryWithinMs: 0 });
  await auth.signIn({ username: 'ada', password: 'x' });
  const freshness = createFreshness(auth, Date.now);
  freshness.start();
  return { auth, freshness, server };
}

test.each([
  [900, 840_000],
  [10, 8_000],
])('a token of %i s is renewed after %i ms, and again and again', async (seconds, afterMs) => {
  const { freshness, server } = await begin(seconds, (n) => json(200, session(n + 1, seconds)));
  await vi.advanceTimersByTimeAsync(afterMs - 1);
  expect(server.requests).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(server.requests).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(afterMs);
  expect(server.requests).toHaveLength(3);
  freshness.stop();
  expect(vi.getTimerCount()).toBe(0);
});

test('a renewal that failed is tried again soon', async () => {
  const { auth, freshness } = await begin(900, (n) => (n < 3 ? cut() : json(200, session(2))));
  await vi.advanceTimersByTimeAsync(840_000 + 2 * 5_000);
  expect(auth.session?.accessToken).toBe('access-2');
  freshness.stop();
});

test('a life longer than timers can be set for', async () => {
  const { freshness, server } = await begin(90 * 86_400, () => json(200, session(2)));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(server.requests).toHaveLength(1);
  freshness.stop();
});

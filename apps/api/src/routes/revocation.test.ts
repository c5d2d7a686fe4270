import { createRedis, type Redis } from '@confab/redis';
import { createLogger } from '@confab/runtime';
import { emptyTestRedis, startTcpProxy, type TcpProxy } from '@confab/testing';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startTwoApis, type Caller, type TwoApis } from '../testing/two-apis.ts';

let near: TcpProxy;
let far: TcpProxy;
let redis: Redis;
let apis: TwoApis;

/** Each process hears Redis through a wire of its own. */
beforeAll(async () => {
  const redisUrl = await emptyTestRedis();
  [near, far] = await Promise.all([startTcpProxy(redisUrl), startTcpProxy(redisUrl)]);
  redis = createRedis({ url: redisUrl, name: 'test', logger: createLogger({ name: 'test', level: 'silent', pretty: false }), queue: true });
  apis = await startTwoApis({ env: { REDIS_URL: near.url }, otherEnv: { REDIS_URL: far.url } });
});
afterEach(async () => {
  near.restore();
  far.restore();
  await expect.poll(async () => (await apis.register({ api: 0 })).confab.auth.user && (await apis.register({ api: 1 })).confab.auth.user, { timeout: 30_000 }).toBeDefined();
});
afterAll(async () => {
  await redis.stop();
  await apis.stack.stop();
  await Promise.all([near.stop(), far.stop()]);
});

const tokenOf = ({ confab }: Caller) => confab.auth.session?.accessToken ?? '';
const sessionKey = ({ confab }: Caller) => `session:${confab.auth.session?.sessionId ?? ''}`;

/** Both processes have the session in use, and Redis says that it lives. */
async function inUse(): Promise<Caller> {
  const caller = await apis.register();
  for (const api of [0, 1]) expect(await apis.me(api, tokenOf(caller))).toBe(200);
  expect(await redis.client.get(sessionKey(caller))).toBe('live');
  return caller;
}

/** Refused by both a second after the answer, and from then on. */
async function expectRefused(token: string, answeredAt: number): Promise<void> {
  await expect.poll(() => apis.me(1, token), { timeout: 5_000, interval: 20 }).toBe(401);
  expect(performance.now() - answeredAt).toBeLessThan(1_500);
  for (let n = 0; n < 3; n += 1) for (const api of [0, 1]) expect(await apis.me(api, token)).toBe(401);
}

async function signOut(caller: Caller): Promise<{ token: string; answeredAt: number }> {
  const token = tokenOf(caller);
  await caller.confab.auth.signOut();
  return { token, answeredAt: performance.now() };
}

test('another process refuses within a second', async () => {
  const { token, answeredAt } = await signOut(await inUse());
  await expectRefused(token, answeredAt);
});

test.each(['cut', 'hang'] as const)('with Redis gone right after the answer (%s), the session stays ended', { timeout: 60_000 }, async (how) => {
  const { token, answeredAt } = await signOut(await inUse());
  near[how]();
  far[how]();
  await expectRefused(token, answeredAt);
});

test('with Redis emptied right after the answer, the session stays ended', async () => {
  const { token, answeredAt } = await signOut(await inUse());
  await emptyTestRedis();
  await expectRefused(token, answeredAt);
});

test('with Redis come back from before the sign-out, the session stays ended', async () => {
  const caller = await inUse();
  const key = sessionKey(caller);
  const { token, answeredAt } = await signOut(caller);
  await redis.client.set(key, 'live');
  await expectRefused(token, answeredAt);
});

test.each(['cut', 'hang'] as const)('told of nothing, because Redis was away for the one who ended it (%s), the other refuses all the same', { timeout: 60_000 }, async (how) => {
  const caller = await inUse();
  const key = sessionKey(caller);
  near[how]();
  const { token, answeredAt } = await signOut(caller);
  expect(await redis.client.get(key)).toBe('live');
  await expectRefused(token, answeredAt);
});

test.each(['cut', 'hang'] as const)('without Redis people stay signed in, and refresh (%s)', { timeout: 60_000 }, async (how) => {
  const caller = await inUse();
  near[how]();
  far[how]();
  for (const api of [0, 1]) expect(await apis.me(api, tokenOf(caller))).toBe(200);
  await caller.confab.auth.refresh();
  expect(await caller.confab.rest.getMe()).toEqual(caller.confab.auth.user);
});

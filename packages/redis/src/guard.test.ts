import { createBreakers, createLogger } from '@confab/runtime';
import { emptyTestRedis, startTcpProxy, type TcpProxy } from '@confab/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRedis, type Redis } from './redis.ts';

const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
const patient = { timeout: 15_000, interval: 20 };
const settings = { failures: 3, openMs: 200, probeMs: 1_000, callMs: 300 };
let wire: TcpProxy;
let redis: Redis;
let states: () => Readonly<Record<string, string>>;

beforeEach(async () => {
  wire = await startTcpProxy(await emptyTestRedis());
  const breakers = createBreakers({ logger, settings });
  states = breakers.states;
  redis = createRedis({ url: wire.url, name: 'guarded', logger, queue: false, breakers });
  await redis.awaitReady(10_000);
});
afterEach(async () => {
  await redis.stop();
  await wire.stop();
});

// oxlint-disable-next-line typescript/prefer-promise-reject-errors -- a limiter of the library rejects with its count.
const refuse = () => Promise.reject('used up');
const kindOf = (work: Promise<unknown>) => work.then(String, (error: unknown) => (error instanceof Error ? error.name : String(error)));

test.each(['cut', 'hang'] as const)('after failing in a row (%s) a use is not asked any more, others are, and it is tried again', async (how) => {
  const [limiter, sessions] = [redis.guard('limiter'), redis.guard('sessions')];
  await redis.client.set('k', 'v');
  wire[how]();
  for (let n = 0; n < settings.failures; n += 1) expect(await kindOf(limiter(() => redis.client.get('k')))).not.toBe('v');
  expect(states()).toEqual({ redis_limiter: 'open', redis_sessions: 'closed' });
  let asked = 0;
  expect(await kindOf(limiter(async () => (asked += 1)))).toBe('BreakerOpen');
  expect(asked).toBe(0);
  expect(await kindOf(sessions(async () => 'asked'))).toBe('asked');
  wire.restore();
  await expect.poll(() => kindOf(limiter(() => redis.client.get('k'))), patient).toBe('v');
  expect(states()['redis_limiter']).toBe('closed');
});

test('what is late counts as failed, but for a lease, whose answer is taken whenever it comes', async () => {
  const late = () => new Promise<string>((resolve) => setTimeout(() => resolve('late'), settings.callMs + 200));
  for (let n = 0; n < settings.failures; n += 1) {
    expect(await kindOf(redis.guard('leases')(late))).toBe('late');
    expect(await kindOf(redis.guard('replay')(late))).toBe('Error');
  }
  expect(states()).toEqual({ redis_leases: 'closed', redis_replay: 'open' });
});

test('answers that are not liked are no failures: a script that is wrong, a limiter that says no', async () => {
  const limiter = redis.guard('limiter');
  for (let n = 0; n < 10; n += 1) {
    expect(await kindOf(limiter(() => redis.client.eval('return redis.call("NOSUCH")', { keys: ['k'] })))).toMatch(/Error/);
    expect(await kindOf(limiter(refuse))).toBe('used up');
  }
  expect(states()).toEqual({ redis_limiter: 'closed' });
});

test('a use has one breaker, whoever asks for it', () => {
  expect(redis.guard('cache')).toBe(redis.guard('cache'));
});

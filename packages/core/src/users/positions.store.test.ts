import { createRedis, type Redis } from '@confab/redis';
import { createLogger } from '@confab/runtime';
import { emptyTestRedis, isRedisCluster, startTcpProxy, type TcpProxy } from '@confab/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { createPositionStore, type PositionStore } from './positions.store.ts';

const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
const userId = '01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d';
/** Of the partition of this user. */
const marker = '{p13}:positions';

let wire: TcpProxy;
let redis: Redis;
let store: PositionStore;
let runId: string;

beforeAll(async () => {
  wire = await startTcpProxy(await emptyTestRedis());
  redis = createRedis({ url: wire.url, name: 'test', logger, queue: false });
  await redis.awaitReady(10_000);
  runId = /run_id:(\w+)/.exec((await onItsNode("return redis.call('INFO', 'server')")))?.[1] ?? '';
  store = createPositionStore({ redis, logger });
});

afterAll(async () => {
  await redis.stop();
  await wire.stop();
});

/** On the server that has the marker. */
const onItsNode = async (lua: string) => (await redis.client.eval(lua, { keys: [marker] })) as string;

/** As after so many seconds with the same Redis. */
async function seconds(ago: number, run = runId): Promise<void> {
  const now = await onItsNode("return redis.call('TIME')[1]");
  await redis.client.set(marker, `${run} ${Number(now) - ago}`);
}

beforeEach(async () => void (await emptyTestRedis()));

test('whoever wrote nothing lately may read anywhere', async () => {
  await seconds(31);
  expect(await store.find(userId)).toBeUndefined();
});

test('the highest position is kept, whatever the order of coming', async () => {
  await seconds(31);
  for (const position of ['9/1', 'A/FF', 'A/FE', '9/FFFFFFFF']) expect(await store.keep(userId, position)).toBe(true);
  expect(await store.find(userId)).toBe('0000000A/000000FF');
  expect(await redis.client.ttl(`{p13}:position:${userId}`)).toBeGreaterThan(25);
});

test('a Redis that was emptied knows nothing until all that it may have lost is too old', async () => {
  await seconds(31);
  await store.keep(userId, '1/1');
  await emptyTestRedis();
  expect(await store.find(userId)).toBe('unknown');
  expect(await store.find(userId)).toBe('unknown');
  await seconds(25);
  expect(await store.find(userId)).toBe('unknown');
  await seconds(31);
  expect(await store.find(userId)).toBeUndefined();
});

test('a Redis that was started anew is not believed even where it has something', async () => {
  await seconds(31, 'f'.repeat(40));
  await store.keep(userId, '1/1');
  expect(await store.find(userId)).toBe('unknown');
  expect(await redis.client.get(marker)).toContain(runId);
});

test.skipIf(isRedisCluster())('a Redis is asked who it is once for each connection', async () => {
  /** Whether we said it, so that nobody had to ask. */
  const areSaid = async (times: number) => {
    const trips = wire.record();
    for (let n = 0; n < times; n += 1) expect(await store.find(userId)).toBeUndefined();
    return trips.filter((text) => text.includes('EVALSHA')).map((text) => text.includes(runId));
  };
  await seconds(31);
  await store.find(userId);
  expect(await areSaid(3)).toEqual([true, true, true]);
  wire.cut();
  await expect.poll(() => redis.isReady, { timeout: 20_000 }).toBe(false);
  wire.restore();
  await expect.poll(() => redis.isReady, { timeout: 20_000 }).toBe(true);
  expect(await areSaid(2)).toEqual([false, true]);
});

test('a Redis that is away or hangs keeps nothing and knows nothing, soon', async () => {
  wire.hang();
  expect(await store.keep(userId, '1/1')).toBe(false);
  expect(await store.find(userId)).toBe('unknown');
  wire.cut();
  expect(await store.keep(userId, '1/1')).toBe(false);
  expect(await store.find(userId)).toBe('unknown');
  wire.restore();
  await expect.poll(() => redis.isReady, { timeout: 20_000 }).toBe(true);
});

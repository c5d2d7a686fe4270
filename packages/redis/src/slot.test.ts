import { createLogger } from '@confab/runtime';
import { emptyTestRedis } from '@confab/testing';
import { expect, test } from 'vitest';
import { createRedis } from './redis.ts';
import { assertOneSlot, slotOf } from './slot.ts';

/** The second column is what CLUSTER KEYSLOT of Redis 7.0 says. */
test.each([
  ['123456789', 12_739],
  ['foo', 12_182],
  ['{user1000}.following', 3_443],
  ['{user1000}.followers', 3_443],
  ['foo{}{bar}', 8_363],
  ['foo{{bar}}zap', 4_015],
  ['foo{bar}{zap}', 5_061],
  ['é', 10_180],
  ['', 0],
])('%s lies in slot %d', (key, slot) => {
  expect([slotOf(key), slotOf(Buffer.from(key))]).toEqual([slot, slot]);
});

test('as a cluster says, where the tests run on one', async () => {
  const redis = createRedis({ url: await emptyTestRedis(), name: 'slots', logger: createLogger({ name: 'test', level: 'silent', pretty: false }), queue: true });
  await redis.awaitReady(10_000);
  const [node] = redis.nodes;
  const isCluster = redis.nodes.length > 1;
  const keys = Array.from({ length: 50 }, (_, index) => `{p${index}}:é:${index}`).concat(['é', 'foo{}{bar}', '{', '}{', 'a{b', '{}x', 'a}b{c}']);
  for (const key of isCluster ? keys : []) expect([key, await node?.sendCommand(['CLUSTER', 'KEYSLOT', key])]).toEqual([key, slotOf(key)]);
  await redis.stop();
});

test('keys of one script have one slot', () => {
  expect(() => assertOneSlot(['{a}1', '{a}2', 'a'])).not.toThrow();
  expect(() => assertOneSlot(['{a}1', '{b}2'])).toThrow('{a}1 and {b}2');
  expect(() => assertOneSlot(['one'])).not.toThrow();
});

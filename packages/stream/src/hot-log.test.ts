import { randomUUID } from 'node:crypto';

import type { StreamId } from '@confab/contract';
import { createRedis, createSubscriber, type Redis, type Subscriber } from '@confab/redis';
import { createLogger } from '@confab/runtime';
import { emptyTestRedis } from '@confab/testing';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { type ChannelMessage, decodeMessage } from './ephemeral.ts';
import type { StreamEvent } from './event.ts';
import { hotRun, ringFor } from './hot-log.ts';
import { channel, hotKey } from './names.ts';

const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
let redis: Redis;
let subscriber: Subscriber;
let stream: StreamId;

beforeAll(async () => {
  const url = await emptyTestRedis();
  redis = createRedis({ url, name: 'test', logger, queue: true });
  subscriber = createSubscriber({ url, name: 'test-feed', logger, onReconnect: () => undefined });
});
afterAll(async () => {
  await subscriber.stop();
  await redis.stop();
});
beforeEach(() => {
  stream = `room:${randomUUID()}`;
});

const event = (seq: number, epoch = 'e-1'): StreamEvent => ({
  epoch, type: 'message.created', stream, seq, at: 1_764_000_000_000 + seq, subjectId: null, authorId: randomUUID(),
  subjectUserId: null, control: false, trace: null, payload: `{"n":${seq}}`,
});
const ring = async (...events: StreamEvent[]) => {
  for (const one of events) await ringFor(redis, [one]);
};
const ways = [
  { how: 'one by one', ringAll: ring },
  { how: 'in one call', ringAll: (...events: StreamEvent[]) => ringFor(redis, events) },
];
const runOf = async (afterSeq: number, epoch = 'e-1') => (await hotRun(redis, epoch, stream, afterSeq)).map(({ seq }) => seq);

it('rings with the whole event and keeps it as it was', async () => {
  const heard: ChannelMessage[] = [];
  await subscriber.subscribe(channel(stream), (bytes) => void heard.push(decodeMessage(bytes)));
  const told = event(1);
  await ring(told);
  await expect.poll(() => heard).toEqual([{ event: told }]);
  expect(await hotRun(redis, 'e-1', stream, 0)).toEqual([told]);
});

it.each(ways)('answers only the run that follows the cursor: $how', async ({ ringAll }) => {
  await ringAll(event(5), event(6), event(7), event(9), event(10));
  expect([await runOf(4), await runOf(5), await runOf(7), await runOf(8), await runOf(10), await runOf(0)]).toEqual([[5, 6, 7], [6, 7], [], [9, 10], [], []]);
});

it.each(ways)('rings for what comes late or twice, but does not keep it: $how', async ({ ringAll }) => {
  const heard: number[] = [];
  await subscriber.subscribe(channel(stream), (bytes) => {
    const message = decodeMessage(bytes);
    if ('event' in message) heard.push(message.event.seq);
  });
  await ringAll(event(1), event(3), event(2), event(3), event(4));
  await expect.poll(() => heard).toEqual([1, 3, 2, 3, 4]);
  expect([await runOf(0), await runOf(1), await runOf(2)]).toEqual([[1], [], [3, 4]]);
});

it('keeps the last 256, for a quarter of an hour', async () => {
  for (let seq = 1; seq <= 300; seq += 1) void ringFor(redis, [event(seq)]);
  await ring(event(301));
  expect([await runOf(44), (await runOf(45)).length]).toEqual([[], 256]);
  const left = await redis.client.pTTL(hotKey('e-1', stream));
  expect(left).toBeGreaterThan(14 * 60_000);
  expect(left).toBeLessThanOrEqual(15 * 60_000);
});

it('knows nothing of another epoch', async () => {
  await ring(event(1), event(2), event(1, 'e-2'));
  expect([await runOf(0), await runOf(0, 'e-2')]).toEqual([[1, 2], [1]]);
});

it('goes on after the log was evicted', async () => {
  await ring(event(1), event(2));
  await redis.client.del(hotKey('e-1', stream));
  await ring(event(3));
  await ring(event(2), event(4));
  expect([await runOf(1), await runOf(2)]).toEqual([[], [3, 4]]);
});

import { expect, test } from 'vitest';
import { createDeliveries } from './deliveries.ts';
import type { AnyStreamEvent } from './events.ts';

const event = (room: string, seq: number) => ({ type: 'message.created', stream: `room:${room}`, seq, data: {} }) as unknown as AnyStreamEvent;
const resync = (room: string, head: number) => ({ stream: `room:${room}`, head, epoch: 'one', reason: 'too_old' }) as const;

/** An application that refetches when it is let. */
function begin() {
  const told: string[] = [];
  const fetching: (() => void)[] = [];
  let settled = 0;
  const deliveries = createDeliveries({
    deliver: ({ stream, seq }) => void told.push(`${stream.slice(5)}${seq}`),
    announce({ stream, head }) {
      told.push(`resync ${stream.slice(5)}${head}`);
      return new Promise((resolve) => fetching.push(resolve));
    },
    settled: () => void (settled += 1),
  });
  return {
    deliveries,
    told,
    settled: () => settled,
    async fetched() {
      fetching.shift()?.();
      await Promise.resolve();
    },
  };
}

test('a stream waits for its refetch, in order; the others do not', async () => {
  const { deliveries, told, fetched, settled } = begin();
  deliveries.announce(resync('a', 5));
  deliveries.deliver(event('a', 6));
  deliveries.deliver(event('b', 1));
  deliveries.deliver(event('a', 7));
  expect([told, settled()]).toEqual([['resync a5', 'b1'], 0]);
  await fetched();
  deliveries.deliver(event('a', 8));
  expect([told, settled()]).toEqual([['resync a5', 'b1', 'a6', 'a7', 'a8'], 1]);
});

test('a second resync while the first is handled keeps its place', async () => {
  const { deliveries, told, fetched, settled } = begin();
  deliveries.announce(resync('a', 5));
  deliveries.deliver(event('a', 6));
  deliveries.announce(resync('a', 9));
  deliveries.deliver(event('a', 10));
  await fetched();
  deliveries.deliver(event('a', 11));
  expect([told, settled()]).toEqual([['resync a5', 'a6', 'resync a9'], 1]);
  await fetched();
  expect([told.slice(3), settled()]).toEqual([['a10', 'a11'], 2]);
});

test('handlers that are done at once hold nothing', () => {
  const told: number[] = [];
  let settled = 0;
  const deliveries = createDeliveries({ deliver: ({ seq }) => void told.push(seq), announce: () => undefined, settled: () => void (settled += 1) });
  deliveries.announce(resync('a', 5));
  deliveries.deliver(event('a', 6));
  expect([told, settled]).toEqual([[6], 1]);
});

test('forgotten: what waited is not delivered, and nothing settles late', async () => {
  const { deliveries, told, fetched, settled } = begin();
  deliveries.announce(resync('a', 5));
  deliveries.deliver(event('a', 6));
  deliveries.forget();
  await fetched();
  expect([told, settled()]).toEqual([['resync a5'], 0]);
});

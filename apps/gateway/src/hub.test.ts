import type { StreamId } from '@confab/contract';
import { beforeEach, expect, it } from 'vitest';

import { createHub, type Hub } from './hub.ts';

const stream: StreamId = 'room:a';
let tasks: { at: number; work: () => void }[];
let now: number;
let subscribed: string[];
let hub: Hub;

beforeEach(() => {
  [tasks, now, subscribed] = [[], 0, []];
  hub = createHub({
    streams: { epoch: () => Promise.resolve('e-1'), heads: () => Promise.resolve(new Map([[stream, 0]])), hotRun: () => Promise.resolve([]), backfill: () => Promise.resolve([]) },
    feed: {
      subscribe: (name) => (subscribed.push(`+${name}`), Promise.resolve()),
      unsubscribe: (name) => void subscribed.push(`-${name}`),
      isUp: true,
    },
    later: (delayMs, work) => void tasks.push({ at: now + delayMs, work }),
    told: () => undefined,
  });
});

function pass(ms: number): void {
  for (const until = now + ms; now < until; now += 500) for (const task of tasks.filter(({ at }) => at === now)) task.work();
}

it('opens a stream once, and keeps it for half a minute after the last reader', () => {
  const room = hub.enter(stream);
  expect(hub.enter(stream)).toBe(room);
  hub.leave(room);
  pass(30_000);
  expect([hub.size, subscribed]).toEqual([1, ['+room:a']]);
  pass(500);
  expect([hub.size, subscribed]).toEqual([0, ['+room:a', '-room:a']]);
  expect(hub.enter(stream)).not.toBe(room);
});

it('counts from the last leaving', () => {
  const room = hub.enter(stream);
  hub.leave(room);
  pass(20_000);
  hub.leave(room);
  pass(20_000);
  expect(hub.size).toBe(1);
  pass(20_000);
  expect(hub.size).toBe(0);
});

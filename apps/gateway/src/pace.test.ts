import { beforeEach, expect, it } from 'vitest';

import { createPace } from './pace.ts';

let now: number;
let idleMs: number;
let [frames, writes]: [number, number] = [0, 0];
let gatherMs: (frames: number, writes: number) => number;

/** So much later the loop has waited for so much of the time, and a hundred writes have carried so many frames each. */
function pass(elapsedMs: number, idleShare: number, framesEach = 2): number {
  now += elapsedMs;
  idleMs += elapsedMs * idleShare;
  writes += 100;
  frames += 100 * framesEach;
  return gatherMs(frames, writes);
}

beforeEach(() => {
  [now, idleMs, frames, writes] = [1_000, 400, 0, 0];
  gatherMs = createPace({ now: () => now, idleMs: () => idleMs });
});

it('keeps nobody waiting while the loop has time to spare', () => {
  expect([pass(1, 0), pass(98, 0), pass(100, 0.1), pass(50, 0), pass(60, 0.2)]).toEqual([0, 0, 0, 0, 0]);
});

it('lets queues gather when it has none, until it has much', () => {
  expect([pass(100, 0.01), pass(50, 0.7), pass(50, 0), pass(100, 0.3), pass(100, 0.5), pass(100, 0.3)]).toEqual([25, 25, 25, 25, 0, 0]);
});

it('keeps nobody waiting for company that does not come, however little time there is', () => {
  expect([pass(100, 0, 1), pass(100, 0, 1.1), pass(100, 0, 1.3), pass(100, 0, 1.05), pass(100, 0, 1.3)]).toEqual([0, 0, 25, 0, 25]);
});

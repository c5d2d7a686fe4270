import { beforeEach, expect, it } from 'vitest';

import { createPace } from './pace.ts';

let now: number;
let idleMs: number;
let gatherMs: () => number;

/** So much later the loop has waited for so much of the time. */
function pass(elapsedMs: number, idleShare: number): number {
  now += elapsedMs;
  idleMs += elapsedMs * idleShare;
  return gatherMs();
}

beforeEach(() => {
  [now, idleMs] = [1_000, 400];
  gatherMs = createPace({ now: () => now, idleMs: () => idleMs });
});

it('keeps nobody waiting while the loop has time to spare', () => {
  expect([pass(1, 0), pass(98, 0), pass(100, 0.1), pass(50, 0), pass(60, 0.2)]).toEqual([0, 0, 0, 0, 0]);
});

it('lets queues gather when it has none, until it has much', () => {
  expect([pass(100, 0.01), pass(50, 0.7), pass(50, 0), pass(100, 0.3), pass(100, 0.5), pass(100, 0.3)]).toEqual([25, 25, 25, 25, 0, 0]);
});

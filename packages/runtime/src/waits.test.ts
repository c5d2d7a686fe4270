import { expect, test } from 'vitest';
import { createWaits } from './waits.ts';

type Wait = ['database' | 'redis', from: number, to: number];

test.each<[string, Wait[], [database: number, redis: number, other: number]]>([
  ['nothing', [], [0, 0, 100]],
  ['one after the other', [['database', 0, 10], ['redis', 10, 15], ['database', 20, 30]], [20, 5, 75]],
  ['at the same time, once', [['database', 0, 10], ['database', 5, 12], ['database', 2, 20]], [20, 0, 80]],
  ['both at once: the database', [['redis', 0, 10], ['database', 5, 20]], [15, 5, 80]],
  ['one around many', [['redis', 10, 20], ['redis', 30, 40], ['redis', 5, 50]], [0, 45, 55]],
  ['what began before the request', [['redis', -50, 90]], [0, 100, 0]],
])('%s', (_what, waits, split) => {
  let now = 0;
  const counted = createWaits(() => now);
  for (const [what, from, to] of waits) {
    now = to;
    counted.ended(what, to - from);
  }
  const { databaseMs, redisMs, otherMs } = counted.split(100);
  expect([databaseMs, redisMs, otherMs]).toEqual(split);
});

test('a job that waits ten thousand times keeps count', () => {
  let now = 0;
  const counted = createWaits(() => now);
  for (let at = 0; at < 10_000; at += 1) {
    now = at * 10 + 5;
    counted.ended('database', 5);
  }
  expect(counted.split(100_000)).toEqual({ databaseMs: 50_000, redisMs: 0, otherMs: 50_000 });
});

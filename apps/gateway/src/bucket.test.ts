import { expect, it } from 'vitest';

import { createBucket, createWindow } from './bucket.ts';

it('a window lets so many through in any stretch of its length', () => {
  let at = 0;
  const window = createWindow({ most: 3, perMs: 1_000, now: () => at });
  const taken: number[] = [];
  for (at = 0; at < 4_000; at += 100) if (window.take()) taken.push(at);
  expect(taken).toEqual([0, 100, 200, 1_000, 1_100, 1_200, 2_000, 2_100, 2_200, 3_000, 3_100, 3_200]);
});

it('a bucket lets a burst through, and then its rate', () => {
  let at = 0;
  const bucket = createBucket({ burst: 3, perSecond: 2, now: () => at });
  const taken: number[] = [];
  for (at = 0; at < 2_000; at += 100) if (bucket.take()) taken.push(at);
  expect(taken).toEqual([0, 100, 200, 500, 1_000, 1_500]);
});

import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';

test('full jitter: from nothing to a ceiling that doubles up to its limit', () => {
  const ceilings = [0, 1, 2, 3, 4, 1000].map((attempt) => backoffMs(attempt, { baseMs: 100, maxMs: 1_000, random: () => 1 }));
  expect(ceilings).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  expect(backoffMs(9, { baseMs: 100, maxMs: 1_000, random: () => 0 })).toBe(0);
});

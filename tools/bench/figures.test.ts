import { expect, test } from 'vitest';
import { account, latencyOf, median, quantile, ratioOf } from './figures.ts';

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

test('a quantile is a value that was measured, whatever their order', () => {
  expect(quantile(hundred, 0.5)).toBe(50);
  expect(quantile(hundred, 0.99)).toBe(99);
  expect(quantile(hundred, 1)).toBe(100);
  expect(quantile([10, 9], 0.5)).toBe(9);
  expect(quantile([7], 0.99)).toBe(7);
  expect(quantile([], 0.5)).toBeNaN();
  expect(median([3, 1, 2])).toBe(2);
  expect(latencyOf(hundred)).toEqual({ p50Ms: 50, p99Ms: 99, maxMs: 100 });
});

test('a ratio is made round by round, so that a slow moment of both is none of either', () => {
  expect(ratioOf([10, 100, 1_000], [20, 200, 2_000])).toBe(0.5);
  expect(() => ratioOf([1, 2], [1])).toThrow('as many rounds');
});

test('what was acknowledged and is not there is lost, and what is there twice is doubled', () => {
  expect(account(['a', 'b'], ['b', 'a', 'c'])).toEqual({ lost: 0, doubled: 0 });
  expect(account(['a', 'b', 'c'], ['a', 'x'])).toEqual({ lost: 2, doubled: 0 });
  expect(account(['a'], ['a', 'b', 'a'])).toEqual({ lost: 0, doubled: 1 });
});

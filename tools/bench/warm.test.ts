import { expect, test } from 'vitest';
import { untilWarm } from './warm.ts';

const rounds = (...took: readonly number[]) => {
  const left = [...took];
  return { next: async () => left.shift() ?? took.at(-1) ?? 0, isUsedUp: () => left.length === 0 };
};

test.for([
  ['what takes the same from the first round on is warm after six', [10], 6],
  ['each round that is clearly better begins the count anew', [100, 90, 80, 70], 4 + 5],
  ['one that is hardly better does not', [100, 99, 98, 97.5], 6],
  ['nor does one that is worse, as on a busy machine', [100, 50, 400, 55, 52, 60, 51], 7],
  ['hardly better again and again is better in the end', [100, 98, 96, 94, 92], 5 + 5],
] as const)('%s', async ([, took, expected]) => {
  expect(await untilWarm(rounds(...took).next)).toBe(expected);
});

test('what never ends to get better is given up at last', async () => {
  let took = 1e9;
  expect(await untilWarm(async () => (took /= 2))).toBe(60);
});

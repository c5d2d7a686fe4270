import { expect, test } from 'vitest';
import { order } from './sequencer.ts';

const paths = Array.from({ length: 20 }, (_, index) => `packages/core/src/a${index}.test.ts`);
const long = ['tools/faults/short.test.ts', 'tools/boards/boards.test.ts'];

test('a seed is an order, whatever the order of finding; another is another', () => {
  const once = order(paths, 7);
  expect(once.toSorted()).toEqual(paths.toSorted());
  expect(order(paths.toReversed(), 7)).toEqual(once);
  expect(order(paths, 8)).not.toEqual(once);
});

test('the long ones are first', () => {
  expect(order([...paths, ...long], 7).slice(0, 2).toSorted()).toEqual(long.toSorted());
});

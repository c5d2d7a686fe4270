import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { createUnderWay } from './under-way.ts';

test('has in order what was added and not taken out, each once', () => {
  const underWay = createUnderWay<string>();
  expect(underWay.all()).toEqual([]);
  const [a, b, c] = ['a', 'b', 'c'].map(underWay.add) as [() => void, () => void, () => void];
  expect(underWay.all()).toEqual(['a', 'b', 'c']);
  b();
  b();
  expect(underWay.all()).toEqual(['a', 'c']);
  c();
  const d = underWay.add('d');
  b();
  expect(underWay.all()).toEqual(['a', 'd']);
  a();
  a();
  expect(underWay.all()).toEqual(['d']);
  d();
  expect(underWay.all()).toEqual([]);
  underWay.add('e');
  expect(underWay.all()).toEqual(['e']);
});

test('what was under way is garbage with the next small collection, however long there has been something', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options?: { type: 'minor' }) => void;
  const underWay = createUnderWay<object>();
  const taken: (() => void)[] = [];
  const pass = (times: number): void => {
    for (let n = 0; n < times; n += 1) {
      taken.push(underWay.add(Array.from({ length: 1_000 }, () => n)));
      if (taken.length > 30) taken.shift()?.();
    }
  };
  pass(100);
  // Whatever is in by now is old.
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let round = 0; round < 10; round += 1) {
    pass(300);
    collect({ type: 'minor' });
  }
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(5_000_000);
});

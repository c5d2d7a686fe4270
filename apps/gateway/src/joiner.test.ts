import { expect, it } from 'vitest';

import { createJoiner } from './joiner.ts';

const [a, b, c] = ['a', 'b', 'c'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];

it('puts the same run together once', () => {
  const joiner = createJoiner();
  const joined = joiner.join([a, b]);
  expect(joined.toString()).toBe('ab');
  expect(joiner.join([a, b])).toBe(joined);
});

it.for<[string, Buffer[], string]>([
  ['another order', [b, a], 'ba'],
  ['more', [a, b, c], 'abc'],
  ['less', [a], 'a'],
  ['frames that are equal, but not the same', [Buffer.from('a'), b], 'ab'],
])('puts %s together anew', ([, frames, expected]) => {
  const joiner = createJoiner();
  const joined = joiner.join([a, b]);
  const other = joiner.join(frames);
  expect([other.toString(), other === joined]).toEqual([expected, false]);
});

it('forgets', () => {
  const joiner = createJoiner();
  const joined = joiner.join([a, b]);
  joiner.forget();
  expect(joiner.join([a, b])).not.toBe(joined);
});

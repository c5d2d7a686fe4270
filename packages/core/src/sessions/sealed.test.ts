import { randomBytes } from 'node:crypto';

import { expect, it } from 'vitest';

import { deriveKey } from './derived-keys.ts';
import { open, seal } from './sealed.ts';

const secret = randomBytes(32);
const key = deriveKey(secret, 'signing keys');
const content = Buffer.from('the private half');
const sealed = seal(key, 'one', content);

it('opens under its own key and label', () => {
  expect(open(key, 'one', sealed)).toEqual(content);
  expect(seal(key, 'one', content)).not.toEqual(sealed);
  expect(sealed.includes(content)).toBe(false);
});

it.each([
  ['another label', () => open(key, 'two', sealed)],
  ['a key for another use of the same secret', () => open(deriveKey(secret, 'refresh tokens'), 'one', sealed)],
  ['the key of another secret', () => open(deriveKey(randomBytes(32), 'signing keys'), 'one', sealed)],
  ['one bit changed', () => open(key, 'one', sealed.map((byte, index) => (index === sealed.length - 1 ? byte ^ 1 : byte)) as Buffer)],
  ['its end cut off', () => open(key, 'one', sealed.subarray(0, 20))],
])('stays shut under %s', (_, opening) => {
  expect(opening()).toBeUndefined();
});

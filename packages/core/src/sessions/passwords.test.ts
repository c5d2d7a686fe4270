import { expect, it } from 'vitest';

import { createPasswords } from './passwords.ts';

const passwords = createPasswords();
// What is counted, not what it costs.
const quick = createPasswords({ memoryKib: 512, passes: 1 });

it('knows a password again, however its characters are composed', async () => {
  const hash = await passwords.hash('Ma\u00f1ana \ufb01n');
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await passwords.verify(hash, 'Man\u0303ana fin')).toBe(true);
  expect(await passwords.verify(hash, 'Manana fin')).toBe(false);
});

it('lets nobody in who has no password', async () => {
  expect(await passwords.verify(null, '')).toBe(false);
  expect(await passwords.verify(undefined, 'anything at all')).toBe(false);
});

it('takes two at once, lets fifty wait and refuses the rest', async () => {
  const outcomes = await Promise.allSettled(Array.from({ length: 60 }, () => quick.verify(undefined, 'x')));
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(refused).toHaveLength(8);
  expect(refused.every(({ reason }) => reason.code === 'service.overloaded')).toBe(true);
  expect(await quick.verify(undefined, 'x')).toBe(false);
});

it('knows what was made at another cost, and that it was', async () => {
  const dear = await passwords.hash('correct horse');
  expect([passwords.isCurrent(dear), quick.isCurrent(dear)]).toEqual([true, false]);
  expect(await quick.verify(dear, 'correct horse')).toBe(true);
  expect(quick.isCurrent(await quick.hash('correct horse'))).toBe(true);
});

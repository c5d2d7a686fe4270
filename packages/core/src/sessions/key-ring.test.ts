import { randomBytes } from 'node:crypto';

import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { startTestCore, type TestCore } from '../testing/factories.ts';
import { createKeyRing } from './key-ring.ts';
import { createTokens } from './tokens.ts';

const subject = { userId: '01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d', sessionId: '01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2e' };

let test: TestCore;

beforeAll(async () => {
  test = await startTestCore();
});
afterAll(() => test.stop());
beforeEach(async () => {
  await test.database.primary.deleteFrom('signing_keys').execute();
});

const storedKeys = () => test.database.primary.selectFrom('signing_keys').selectAll().orderBy('created_at').execute();

/** As a rotation would: the newest key takes over. */
async function addKey(): Promise<void> {
  const rows = await storedKeys();
  await test.database.primary.deleteFrom('signing_keys').execute();
  await createKeyRing(test).signer();
  await test.database.primary.insertInto('signing_keys').values(rows.map((row) => ({ ...row, public_jwk: JSON.stringify(row.public_jwk) }))).execute();
}

it('makes one first key, however many processes want it', async () => {
  // Or the one connection that is open would be through before the others are.
  await Promise.all(Array.from({ length: 8 }, () => sql`SELECT pg_sleep(0.2)`.execute(test.database.primary)));
  const signers = await Promise.all(Array.from({ length: 8 }, () => createKeyRing(test).signer()));
  expect(new Set(signers.map(({ id }) => id)).size).toBe(1);
  expect(await storedKeys()).toHaveLength(1);
});

it('shows the public halves and keeps the private ones sealed', async () => {
  const ring = createKeyRing(test);
  const { id, privateKey } = await ring.signer();
  const [shown] = await ring.publicKeys();
  expect(shown).toEqual({ kty: 'OKP', crv: 'Ed25519', x: expect.any(String), kid: id, use: 'sig', alg: 'EdDSA' });
  const [row] = await storedKeys();
  expect(row?.sealed_private_jwk.includes(privateKey.export({ format: 'jwk' }).d ?? '')).toBe(false);
});

it('does not trust a key that was not sealed with its secret', async () => {
  const stranger = createKeyRing({ ...test, secret: randomBytes(32) });
  const token = await createTokens({ keys: stranger, clock: test.clock, secret: Buffer.alloc(32, 5) }).issue('access', { ...subject, generation: 1 });
  const ours = createKeyRing(test);
  await expect(createTokens({ keys: ours, clock: test.clock, secret: Buffer.alloc(32, 5) }).verify('access', token)).rejects.toMatchObject({ name: 'TokenRefused' });
  expect((await ours.signer()).id).not.toBe((await stranger.signer()).id);
  expect(await ours.publicKeys()).toHaveLength(1);
});

it('meets a new key when its first token comes, and signs with it once everybody can have met it', async () => {
  const [signer, verifier] = [createKeyRing(test), createKeyRing(test)];
  const old = await signer.signer();
  await verifier.signer();
  test.clock.advance(20_000);
  await addKey();
  test.clock.advance(5_000);
  const [, newest] = await storedKeys();
  const early = createKeyRing(test);
  expect((await early.signer()).id).toBe(old.id);
  test.clock.advance(61_000);
  expect((await signer.signer()).id).toBe(newest?.id);
  const token = await createTokens({ keys: signer, clock: test.clock, secret: Buffer.alloc(32, 5) }).issue('access', { ...subject, generation: 1 });
  expect(await createTokens({ keys: verifier, clock: test.clock, secret: Buffer.alloc(32, 5) }).verify('access', token)).toMatchObject(subject);
});

it('asks the database at most once a second for keys it does not know', async () => {
  let asked = 0;
  const primary = test.database.primary.withPlugin({
    transformQuery: ({ node }) => {
      asked += 1;
      return node;
    },
    transformResult: async ({ result }) => result,
  });
  const ring = createKeyRing({ ...test, database: { ...test.database, primary } });
  await ring.signer();
  test.clock.advance(2_000);
  asked = 0;
  await Promise.all(Array.from({ length: 50 }, (_, n) => ring.find(`unknown ${n}`)));
  for (let n = 0; n < 50; n += 1) expect(await ring.find(`unknown too ${n}`)).toBeUndefined();
  expect(asked).toBe(1);
  test.clock.advance(1_000);
  await ring.find('unknown');
  expect(asked).toBe(2);
});

it('verifies with a retired key for an hour, and never signs with it', async () => {
  const ring = createKeyRing(test);
  const old = await ring.signer();
  await test.database.primary.updateTable('signing_keys').set({ retired_at: new Date(test.clock.now()) }).execute();
  const next = createKeyRing(test);
  expect((await next.signer()).id).not.toBe(old.id);
  expect(await next.find(old.id)).toBeDefined();
  test.clock.advance(3_601_000);
  expect(await createKeyRing(test).find(old.id)).toBeUndefined();
});

it('tries again after the database was away', async () => {
  let isAway = true;
  const write: typeof test.database.write = (work) => (isAway ? Promise.reject(new Error('away')) : test.database.write(work));
  const ring = createKeyRing({ ...test, database: { ...test.database, write } });
  await expect(ring.signer()).rejects.toThrow('away');
  isAway = false;
  expect((await ring.signer()).id).toEqual(expect.any(String));
});

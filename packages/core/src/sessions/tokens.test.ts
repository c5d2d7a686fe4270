import { createPrivateKey, generateKeyPairSync } from 'node:crypto';

import { SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startTestCore, type TestCore } from '../testing/factories.ts';
import { deriveKey } from './derived-keys.ts';
import { createKeyRing, type KeyRing } from './key-ring.ts';
import { createTokens, TokenRefused, tokenKinds, type TokenKind, type Tokens } from './tokens.ts';

const subject = { userId: '01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d', sessionId: '01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2e' };
const secret = Buffer.alloc(32, 5);
const jti = '01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2f';

let test: TestCore;
let keys: KeyRing;
let tokens: Tokens;

beforeAll(async () => {
  test = await startTestCore();
  keys = createKeyRing(test);
  tokens = createTokens({ keys, clock: test.clock, secret });
});
afterAll(() => test.stop());

const now = () => Math.floor(test.clock.now() / 1000);

interface Forgery {
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
}

/** Signed with the right key, and in order but for what is given. */
async function forge(kind: TokenKind, { header, claims }: Forgery = {}): Promise<string> {
  const { type, audience, lifetimeSeconds } = tokenKinds[kind];
  const own = kind === 'ticket' ? { cexp: now() + 60 } : { gen: 3 };
  const payload = { iss: 'confab', aud: audience, sub: subject.userId, sid: subject.sessionId, jti, iat: now(), exp: now() + lifetimeSeconds, ...own, ...claims };
  const jwt = new SignJWT(JSON.parse(JSON.stringify(payload)) as JWTPayload);
  if (kind === 'ticket') return jwt.setProtectedHeader({ alg: 'HS256', typ: type, ...header }).sign(deriveKey(secret, 'gateway tickets'));
  const { id, privateKey } = await keys.signer();
  return jwt.setProtectedHeader({ alg: 'EdDSA', typ: type, kid: id, ...header }).sign(privateKey);
}

it.each(['access', 'ticket'] as const)('believes the %s token it issued, and a forgery that is in order', async (kind) => {
  const issued = await tokens.issue(kind, { ...subject, generation: 7, connectionExpiresAt: 5_000_000_000_000 });
  expect(await tokens.verify(kind, issued)).toMatchObject({ ...subject, ...(kind === 'access' ? { generation: 7 } : { connectionExpiresAt: 5_000_000_000_000 }) });
  expect(await tokens.verify(kind, await forge(kind))).toMatchObject(subject);
});

it('believes a token that it has seen before only within its time, and only as long as its key is there', async () => {
  const at = test.clock.now();
  let time = at;
  let isTrusted = true;
  const own = createTokens({ keys: { ...keys, find: async (id) => (isTrusted ? keys.find(id) : undefined) }, clock: { now: () => time }, secret });
  const token = await own.issue('access', { ...subject, generation: 1 });
  const first = await own.verify('access', token);
  expect(first).toMatchObject(subject);
  // Found again, not read again.
  expect(await own.verify('access', token)).toBe(first);
  await expect(own.verify('access', token.slice(0, -20) + (token.at(-20) === 'A' ? 'B' : 'A') + token.slice(-19))).rejects.toMatchObject({ isExpired: false });
  await expect(own.verify('ticket', token)).rejects.toMatchObject({ isExpired: false });
  isTrusted = false;
  await expect(own.verify('access', token)).rejects.toMatchObject({ isExpired: false });
  isTrusted = true;
  expect(await own.verify('access', token)).toMatchObject(subject);
  time = at + (tokenKinds.access.lifetimeSeconds + 10) * 1000;
  await expect(own.verify('access', token)).rejects.toMatchObject({ isExpired: true });
  time = at - 3_600_000;
  await expect(own.verify('access', token)).rejects.toMatchObject({ isExpired: false });
});

it('does not believe a token for longer than any is good, whatever it says', async () => {
  const at = test.clock.now();
  let time = at;
  const own = createTokens({ keys, clock: { now: () => time }, secret });
  const token = await forge('access', { claims: { exp: now() + 86_400 } });
  expect(await own.verify('access', token)).toMatchObject(subject);
  time = at + (tokenKinds.access.lifetimeSeconds + 10) * 1000;
  await expect(own.verify('access', token)).rejects.toBeInstanceOf(TokenRefused);
});

describe.each(['access', 'ticket'] as const)('as %s token it refuses', (kind) => {
  const other = kind === 'access' ? 'ticket' : 'access';
  const attempts: [string, () => Promise<string>][] = [
    ['the other kind of token', () => tokens.issue(other, { ...subject, generation: 1, connectionExpiresAt: test.clock.now() })],
    ['the other kind of token under its own type', () => forge(other, { header: { typ: tokenKinds[kind].type } })],
    ['another type', () => forge(kind, { header: { typ: 'JWT' } })],
    ['no type', () => forge(kind, { header: { typ: undefined } })],
    ['a header that is not ours', () => forge(kind, { header: { kid: kind === 'access' ? undefined : 'x' } })],
    ['an unknown key id', () => forge(kind, { header: { kid: 'x' } })],
    ['another issuer', () => forge(kind, { claims: { iss: 'confabulation' } })],
    ['no issuer', () => forge(kind, { claims: { iss: undefined } })],
    ['a list of audiences', () => forge(kind, { claims: { aud: [tokenKinds[kind].audience, 'somebody-else'] } })],
    ['both audiences', () => forge(kind, { claims: { aud: [tokenKinds.access.audience, tokenKinds.ticket.audience] } })],
    ...['sub', 'sid', 'jti', 'iat', 'exp', 'aud'].map((claim): [string, () => Promise<string>] => [`no ${claim}`, () => forge(kind, { claims: { [claim]: undefined } })]),
    ['a subject that is no id', () => forge(kind, { claims: { sub: 'ada' } })],
    ['a session that is no id', () => forge(kind, { claims: { sid: 7 } })],
    ['an end that is no number', () => forge(kind, { claims: { exp: '9999999999' } })],
    ['an end far away, issued too long ago', () => forge(kind, { claims: { iat: now() - tokenKinds[kind].lifetimeSeconds - 10, exp: now() + 1e9 } })],
    ['an issue in the future', () => forge(kind, { claims: { iat: now() + 60, exp: now() + 90 } })],
    ['a claim spelt otherwise', async () => {
      const [header, payload = '', signature] = (await forge(kind)).split('.');
      return [header, payload.slice(0, -1) + (payload.endsWith('A') ? 'B' : 'A'), signature].join('.');
    }],
    ['a time before which it is not valid', () => forge(kind, { claims: { nbf: now() + 60 } })],
    ['an extension it does not know', () => forge(kind, { header: { crit: ['b64'], b64: true } })],
    ['a key that it brings along', async () => {
      const { privateKey, publicKey } = generateKeyPairSync('ed25519');
      const claims = JSON.parse(Buffer.from((await forge(kind)).split('.')[1] ?? '', 'base64url').toString()) as JWTPayload;
      return new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', typ: tokenKinds[kind].type, jwk: publicKey.export({ format: 'jwk' }), jku: 'https://example.org/jwks.json' }).sign(privateKey);
    }],
    ['the known key id with another key', async () => {
      const { id } = await keys.signer();
      const { privateKey } = generateKeyPairSync('ed25519');
      const claims = JSON.parse(Buffer.from((await forge(kind)).split('.')[1] ?? '', 'base64url').toString()) as JWTPayload;
      return new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', typ: tokenKinds[kind].type, kid: id }).sign(privateKey);
    }],
    ['the public key as the key of an HMAC', async () => {
      const { id, publicKey } = await keys.signer();
      const claims = JSON.parse(Buffer.from((await forge(kind)).split('.')[1] ?? '', 'base64url').toString()) as JWTPayload;
      const key = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
      return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: tokenKinds[kind].type, kid: id }).sign(key);
    }],
    ['the key of another deployment', async () => createTokens({ keys: createKeyRing({ ...test, secret: Buffer.alloc(32, 6) }), clock: test.clock, secret: Buffer.alloc(32, 6) }).issue(kind, { ...subject, generation: 1, connectionExpiresAt: test.clock.now() })],
    ['no signature', async () => new UnsecuredJWT({ sub: subject.userId }).setIssuer('confab').encode()],
    ['a signature cut off', async () => (await forge(kind)).replace(/[^.]*$/, '')],
    ['a payload changed', async () => {
      const [header, , signature] = (await forge(kind)).split('.');
      return [header, Buffer.from(JSON.stringify({ sub: jti })).toString('base64url'), signature].join('.');
    }],
    ['great length', async () => `${await forge(kind)}${'x'.repeat(2048)}`],
  ];

  it.each(attempts)('%s', async (_, attempt) => {
    await expect(tokens.verify(kind, await attempt())).rejects.toMatchObject({ name: 'TokenRefused' });
  });

  it('what has expired, and says so', async () => {
    const expired = await forge(kind, { claims: { iat: now() - 20, exp: now() - 10 } });
    await expect(tokens.verify(kind, expired)).rejects.toMatchObject({ isExpired: true });
    await expect(tokens.verify(kind, await forge(kind, { header: { kid: 'x' } }))).rejects.toMatchObject({ isExpired: false });
  });
});

it.each([
  ['none', undefined],
  ['text', '3'],
  ['a fraction', 1.5],
  ['beyond what a number can say', 2 ** 60],
])('refuses an access token whose generation is %s', async (_, gen) => {
  await expect(tokens.verify('access', await forge('access', { claims: { gen } }))).rejects.toMatchObject({ name: 'TokenRefused' });
});

it('refuses a ticket that does not say how long the connection may last', async () => {
  await expect(tokens.verify('ticket', await forge('ticket', { claims: { cexp: undefined } }))).rejects.toMatchObject({ name: 'TokenRefused' });
});

it('does not take a database that is away for a bad token', async () => {
  const broken: KeyRing = { ...keys, find: async () => Promise.reject(new Error('away')) };
  await expect(createTokens({ keys: broken, clock: test.clock, secret }).verify('access', await forge('access'))).rejects.toThrow('away');
});

it('signs with a key of its own making only', async () => {
  const { privateKey } = await keys.signer();
  expect(createPrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' })).asymmetricKeyType).toBe('ed25519');
});

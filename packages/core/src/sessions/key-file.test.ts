import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createLogger, systemClock } from '@confab/runtime';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { createKeyFile } from './key-file.ts';
import { newSigningJwk } from './signing-key.ts';

const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
const key = await newSigningJwk();
const publicHalf = { kty: key.kty, crv: key.crv, x: key.x, kid: key.kid };

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'confab-keys-'));
});
afterAll(() => rm(folder, { recursive: true }));

const open = (path: string) => createKeyFile({ path, clock: systemClock, logger });

it.each([
  ['that others may read', { keys: [key] }, 0o644, 'has the mode 644'],
  ['that its group may write', { keys: [key] }, 0o660, 'has the mode 660'],
  ['without keys', { keys: [] }, 0o600, 'is not a JWK set'],
  ['of one key alone', key, 0o600, 'is not a JWK set'],
  ['of nothing', null, 0o600, 'is not a JWK set'],
  ['with nothing in its first place', { keys: [null] }, 0o600, 'no kid of its own for key 1'],
  ['with a key without id', { keys: [{ ...key, kid: undefined }] }, 0o600, 'no kid of its own for key 1'],
  ['with one id twice', { keys: [key, key] }, 0o600, 'no kid of its own for key 2'],
  ['with a key for something else', { keys: [key, { kty: 'oct', k: 'AAAA', kid: 'other' }] }, 0o600, 'no Ed25519 key in place 2'],
  ['with an X25519 key', { keys: [{ ...key, crv: 'X25519' }] }, 0o600, 'no Ed25519 key in place 1'],
  ['whose first key cannot sign', { keys: [publicHalf] }, 0o600, 'no private key in its first place'],
])('a file %s is refused', async (_, content, mode, said) => {
  const path = join(folder, 'keys.json');
  await writeFile(path, JSON.stringify(content));
  await chmod(path, mode);
  expect(() => open(path)).toThrow(`SIGNING_KEYS_FILE: ${path} ${said.startsWith('no ') ? 'has ' : ''}${said}`);
  expect(() => open(path)).not.toThrow(key.d);
});

it('nothing, or a folder, is refused', () => {
  expect(() => open(join(folder, 'nothing'))).toThrow('does not exist');
  expect(() => open(folder)).toThrow('is not a file');
});

it('a public half is believed, and does not sign', async () => {
  const path = join(folder, 'good.json');
  const first = await newSigningJwk();
  await writeFile(path, JSON.stringify({ keys: [first, publicHalf] }), { mode: 0o640 });
  await chmod(path, 0o640);
  const keys = open(path);
  expect((await keys.signer()).id).toBe(first.kid);
  expect((await keys.find(key.kid))?.export({ format: 'jwk' }).x).toBe(key.x);
  expect(await keys.find('unknown')).toBeUndefined();
});

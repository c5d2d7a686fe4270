import { execFile } from 'node:child_process';
import { chmod, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTestUser, startApp, startTestStack, type TestApp, type TestStack } from '@confab/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkout } from '../stack/places.ts';
import { makeTemporaryFolder } from '../stack/temporary-folder.ts';

type Jwk = { kid: string; d?: string };

let folder: string;
let file: string;
let stack: TestStack;
let keys: Jwk[];

const cli = (args: string[], env: Record<string, string> = {}) => promisify(execFile)(process.execPath, [join(checkout, 'tools/keys/cli.ts'), ...args], { env: { NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'], ...env } });

beforeAll(async () => {
  folder = await makeTemporaryFolder();
  file = join(folder, 'keys.json');
  keys = await Promise.all([1, 2, 3].map(async () => JSON.parse((await cli(['new'])).stdout) as Jwk));
  await write(keys.slice(0, 1));
  stack = await startTestStack({ gateways: 1, env: { SIGNING_KEYS_FILE: file } });
});
afterAll(async () => {
  await stack.stop();
  await rm(folder, { recursive: true });
});

/** As a mount does it: at once. */
async function write(set: unknown, mode = 0o600): Promise<void> {
  await writeFile(`${file}.part`, typeof set === 'string' ? set : JSON.stringify({ keys: set }));
  await chmod(`${file}.part`, mode);
  await rename(`${file}.part`, file);
}

const shown = async () => ((await (await stack.fetch(`${stack.baseUrl}/.well-known/jwks.json`)).json()) as { keys: Record<string, unknown>[] }).keys;
const keyIdOf = (accessToken = '') => (JSON.parse(Buffer.from(accessToken.split('.')[0] ?? '', 'base64url').toString()) as Jwk).kid;
const me = async (accessToken: string) => (await stack.fetch(`${stack.baseUrl}/api/v1/users/me`, { headers: { authorization: `Bearer ${accessToken}` } })).status;

test('the first key signs, its public half is shown, and a rotated file signs nobody out, in time for the gateway', { timeout: 90_000 }, async () => {
  const [old, next] = keys as [Jwk, Jwk];
  await write([old]);
  await expect.poll(async () => (await shown()).map(({ kid }) => kid), { timeout: 10_000 }).toEqual([old.kid]);
  const ada = await createTestUser(stack);
  const token = ada.confab.auth.session?.accessToken ?? '';
  expect(keyIdOf(token)).toBe(old.kid);
  expect(await shown()).toEqual([{ kty: 'OKP', crv: 'Ed25519', x: expect.any(String), kid: old.kid, use: 'sig', alg: 'EdDSA' }]);

  await write([next, old]);
  await expect.poll(async () => (await shown()).map(({ kid }) => kid), { timeout: 10_000 }).toEqual([next.kid, old.kid]);
  expect((await shown()).every((key) => !('d' in key))).toBe(true);
  expect(await me(token)).toBe(200);
  await ada.confab.auth.refresh();
  const renewed = ada.confab.auth.session?.accessToken ?? '';
  expect(keyIdOf(renewed)).toBe(next.kid);
  expect([await me(token), await me(renewed)]).toEqual([200, 200]);
  // With a ticket of the new key.
  await ada.confab.realtime.connect();

  await write([next]);
  await expect.poll(() => me(token), { timeout: 10_000 }).toBe(401);
  expect(await me(renewed)).toBe(200);
});

test('a file that becomes unusable is told of once, and the keys known before go on', { timeout: 60_000 }, async () => {
  await write([keys[1]]);
  const ada = await createTestUser(stack);
  const complaints = () => stack.api.log.filter(({ msg }) => String(msg).startsWith('the file of signing keys')).length;
  await write('{"keys": [{"d": "very secret');
  await expect.poll(async () => [await me(ada.confab.auth.session?.accessToken ?? ''), complaints()], { timeout: 10_000, interval: 300 }).toEqual([200, 1]);
  expect(JSON.stringify(stack.api.log)).not.toContain('very secret');
  await ada.confab.auth.refresh();
  await write([keys[2], keys[1]]);
  await expect.poll(async () => (await shown()).length, { timeout: 10_000 }).toBe(2);
  expect(complaints()).toBe(1);
});

test('one that cannot be used stops the start, and says why', { timeout: 60_000 }, async () => {
  const other = join(folder, 'other.json');
  const [key] = keys as [Jwk];
  const start = (): Promise<TestApp> =>
    startApp('api', { DATABASE_URL: stack.database.applicationUrl, REDIS_URL: stack.redisUrl, CONFAB_SECRET: Buffer.alloc(32, 7).toString('base64url'), PUBLIC_URL: stack.baseUrl, SIGNING_KEYS_FILE: other });
  await writeFile(other, JSON.stringify({ keys: [key] }));
  await chmod(other, 0o644);
  const failure = await start().then(() => 'started', String);
  expect(failure).toMatch(/other\.json has the mode 644/);
  expect(failure).not.toContain(key.d);
});

test('`keys rotate` then says what to do', async () => {
  await expect(cli(['rotate'], { SIGNING_KEYS_FILE: file })).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('Move it to the front') });
});

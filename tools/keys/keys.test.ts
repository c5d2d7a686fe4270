import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTestUser, startApp, startTestStack, type TestApp, type TestStack, type TestUser } from '@confab/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkout } from '../stack/places.ts';

const secret = Buffer.alloc(32, 9).toString('base64url');
const run = promisify(execFile);

let stack: TestStack;
let ada: TestUser;
let database: Client;

beforeAll(async () => {
  stack = await startTestStack({ gateways: 0, env: { CONFAB_SECRET: secret } });
  ada = await createTestUser(stack);
  database = new Client({ connectionString: stack.database.url });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await stack.stop();
});

const keys = (args: string[], env: Record<string, string> = {}) =>
  run(process.execPath, [join(checkout, 'tools/keys/cli.ts'), ...args], { env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'], DATABASE_URL: stack.database.applicationUrl, CONFAB_SECRET: secret, ...env } });

const keyIdOf = (accessToken = '') => (JSON.parse(Buffer.from(accessToken.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }).kid;
const shown = async ({ port }: TestApp) => ((await (await fetch(`http://127.0.0.1:${port}/.well-known/jwks.json`)).json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
const me = async ({ port }: TestApp, accessToken: string) => (await stack.fetch(`http://127.0.0.1:${port}/api/v1/users/me`, { headers: { authorization: `Bearer ${accessToken}` } })).status;

test('a rotation signs nobody out, on any process, and new tokens come of the new key', { timeout: 90_000 }, async () => {
  const old = ada.confab.auth.session?.accessToken ?? '';
  const { stdout } = await keys(['rotate']);
  const newId = /The key (\S+) signs/.exec(stdout)?.[1] ?? '';
  const { rows } = await database.query<{ id: string; retires: number | null }>('SELECT id, extract(epoch FROM retired_at - now())::float AS retires FROM signing_keys ORDER BY created_at');
  expect(rows.map(({ id }) => id)).toEqual([keyIdOf(old), newId]);
  expect(rows[0]?.retires).toBeGreaterThan(100);
  expect(rows[0]?.retires).toBeLessThan(121);
  expect(rows[1]?.retires).toBeNull();

  // A process that knew the old key only, and one that begins when the new key is old enough to sign.
  await database.query("UPDATE signing_keys SET created_at = created_at - interval '11 s'");
  const later = await startApp('api', { DATABASE_URL: stack.database.applicationUrl, REDIS_URL: stack.redisUrl, CONFAB_SECRET: secret, PUBLIC_URL: stack.baseUrl });
  try {
    const answer = await stack.fetch(`http://127.0.0.1:${later.port}/api/v1/auth/refresh`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refreshToken: ada.confab.auth.session?.refreshToken }),
    });
    const { accessToken } = (await answer.json()) as { accessToken: string };
    expect(keyIdOf(accessToken)).toBe(newId);
    for (const api of [stack.api, later]) {
      expect([await me(api, old), await me(api, accessToken)]).toEqual([200, 200]);
      await expect.poll(() => shown(api)).toEqual([newId, keyIdOf(old)]);
    }
    // Retired, it signs no more; what it signed is good as long as it was to be.
    await database.query('UPDATE signing_keys SET retired_at = now() WHERE id <> $1', [newId]);
    await expect.poll(() => shown(stack.api), { interval: 500 }).toEqual([newId, keyIdOf(old)]);
    await ada.confab.auth.signIn({ username: ada.user.username, password: ada.password });
    expect(keyIdOf(ada.confab.auth.session?.accessToken)).toBe(newId);
    for (const api of [stack.api, later]) expect(await me(api, old)).toBe(200);
  } finally {
    await later.stop();
  }
  const audit = await database.query<{ action: string; details: object }>("SELECT action, details FROM audit_entries WHERE action = 'signing_key.rotated'");
  expect(audit.rows).toEqual([{ action: 'signing_key.rotated', details: { keyId: newId, retired: 1 } }]);
});

test('without a secret, or with another word, nothing is done', { timeout: 60_000 }, async () => {
  const count = async () => (await database.query('SELECT FROM signing_keys')).rowCount;
  const before = await count();
  await expect(keys(['rotate'], { CONFAB_SECRET: 'short' })).rejects.toThrow('CONFAB_SECRET');
  await expect(keys(['turn'])).rejects.toMatchObject({ code: 2 });
  expect(await count()).toBe(before);
});

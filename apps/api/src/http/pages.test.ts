import { createPublicKey, verify } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeCodes, errors } from '@confab/contract';
import asyncapi from '@confab/contract/asyncapi.json' with { type: 'json' };
import openapi from '@confab/contract/openapi.json' with { type: 'json' };
import { createTestUser, startApp, startTcpProxy, startTestStack, type TestStack } from '@confab/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const page = '<!doctype html><title>Confab</title>';
const navigation = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

let folder: string;
let stack: TestStack;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'confab-web-'));
  await mkdir(join(folder, 'assets'));
  await Promise.all([
    writeFile(join(folder, 'index.html'), page),
    writeFile(join(folder, 'icon.svg'), '<svg/>'),
    writeFile(join(folder, 'assets/app-4f2a.js'), 'start()'),
    writeFile(join(folder, 'assets/large-8c1d.js'), 'start();'.repeat(1_000)),
    writeFile(join(folder, '.env'), 'SECRET=1'),
  ]);
  stack = await startTestStack({ gateways: 0, env: { WEB_DIR: folder, GATEWAY_URLS: 'ws://127.0.0.1:3001/gateway?v=1' } });
});

afterAll(async () => {
  await stack.stop();
  await rm(folder, { recursive: true });
});

async function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const response = await fetch(stack.baseUrl + path, { method, headers });
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    cache: response.headers.get('cache-control'),
    headers: response.headers,
    text: await response.text(),
  };
}

describe('the web app', () => {
  test.each(['/', '/rooms/01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d', '/sign-in', '/apiary'])(
    'answers a navigation to %s with its page, asked after each time',
    async (path) => {
      expect(await get(path, navigation)).toMatchObject({ status: 200, type: 'text/html; charset=utf-8', cache: 'no-cache', text: page });
      expect(await get(path, navigation, 'HEAD')).toMatchObject({ status: 200, text: '' });
    },
  );

  test('has files that never change, and files that may', async () => {
    expect(await get('/assets/app-4f2a.js')).toMatchObject({ status: 200, cache: 'public, max-age=31536000, immutable', text: 'start()' });
    expect(await get('/icon.svg')).toMatchObject({ status: 200, cache: 'no-cache', type: 'image/svg+xml' });
  });

  test('is compressed where that saves something', async () => {
    const { headers, text } = await get('/assets/large-8c1d.js', { 'accept-encoding': 'gzip' });
    expect([headers.get('content-encoding'), text.length]).toEqual(['gzip', 8_000]);
  });

  test('may open sockets to the gateways and nothing else beside this server', async () => {
    const { headers } = await get('/', navigation);
    expect(headers.get('content-security-policy')?.split(';')).toEqual(
      expect.arrayContaining(["connect-src 'self' ws://127.0.0.1:3001", "script-src 'self'", "frame-ancestors 'none'"]),
    );
  });

  test.each([
    ['a path of the API', '/api/v1/nowhere', navigation, 404, 'route.not_found'],
    ['the API in other letters', '/API/v1/users/me', navigation, 404, 'route.not_found'],
    ['the root of the API', '/api', navigation, 404, 'route.not_found'],
    ['a missing file', '/assets/app-0000.js', { accept: '*/*' }, 404, 'route.not_found'],
    ['a hidden file', '/.env', { accept: '*/*' }, 404, 'route.not_found'],
    ['a path out of its folder', '/..%2f..%2fetc%2fpasswd', { accept: '*/*' }, 404, 'route.not_found'],
    ['NUL', '/a%00', navigation, 400, 'request.invalid'],
  ])('does not answer for %s', async (_, path, headers, status, code) => {
    const answer = await get(path, headers);
    expect([answer.status, answer.type, JSON.parse(answer.text)]).toEqual([status, 'application/problem+json', expect.objectContaining({ code })]);
  });

  test('is only read', async () => {
    expect(JSON.parse((await get('/sign-in', navigation, 'POST')).text)).toMatchObject({ code: 'route.not_found' });
  });
});

describe('the reference', () => {
  test('is the two documents, as they are', async () => {
    expect(JSON.parse((await get('/openapi.json')).text)).toEqual(openapi);
    expect(JSON.parse((await get('/asyncapi.json')).text)).toEqual(asyncapi);
  });

  test('comes with all that its page names, from this server', async () => {
    const { text, type } = await get('/docs');
    expect(type).toBe('text/html; charset=utf-8');
    const named = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path).filter((path) => !path.startsWith('data:'));
    expect(named).toEqual(expect.arrayContaining(['/docs/scalar.js', '/docs/reference.js', '/docs/errors', '/openapi.json']));
    for (const path of named) expect([path, (await get(path)).status]).toEqual([path, 200]);
  });

  test('has an entry for every code, where the type of a problem leads', async () => {
    const { text } = await get('/docs/errors');
    for (const code of [...Object.keys(errors), ...Object.keys(closeCodes)]) expect(text).toContain(`<tr id="${code}">`);
    const { type } = JSON.parse((await get('/api/v1/nowhere')).text) as { type: string };
    expect(type).toBe('/docs#route.not_found');
  });

  test.each(['/docs', '/openapi.json', '/.well-known/jwks.json', '/health/live'])('%s is only read', async (path) => {
    const { status, headers, text } = await get(path, {}, 'POST');
    expect([status, headers.get('allow'), JSON.parse(text)]).toEqual([
      405,
      'GET, HEAD, OPTIONS',
      expect.objectContaining({ code: 'method.not_allowed' }),
    ]);
  });
});

test('the published keys prove an access token', async () => {
  const { confab } = await createTestUser(stack);
  const token = confab.auth.session?.accessToken ?? '';
  const [head = '', claims = '', signature = ''] = token.split('.');
  const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string };
  const { keys } = JSON.parse((await get('/.well-known/jwks.json')).text) as { keys: (JsonWebKey & { kid: string })[] };
  const key = keys.find((candidate) => candidate.kid === kid) ?? expect.unreachable('the key is not published');
  expect(key).not.toHaveProperty('d');
  expect(
    verify(null, Buffer.from(`${head}.${claims}`), createPublicKey({ key: { ...key }, format: 'jwk' }), Buffer.from(signature, 'base64url')),
  ).toBe(true);
});

test('health is told on both ports, and ready is not said without the database', { timeout: 60_000 }, async () => {
  const wire = await startTcpProxy(stack.database.applicationUrl);
  const api = await startApp('api', {
    DATABASE_URL: wire.url,
    REDIS_URL: stack.redisUrl,
    CONFAB_SECRET: Buffer.alloc(32, 5).toString('base64url'),
    PUBLIC_URL: stack.baseUrl,
  });
  const ask = async (port: number, path: string) => {
    // At the public port as the specification has it.
    const response = await (port === api.port ? stack.fetch : fetch)(`http://127.0.0.1:${port}/health/${path}`);
    return [response.status, await response.json()] as const;
  };
  try {
    for (const port of [api.port, api.opsPort]) {
      expect(await ask(port, 'live')).toMatchObject([200, { status: 'ok' }]);
      expect(await ask(port, 'ready')).toMatchObject([200, { status: 'ok', checks: { database: { status: 'ok' }, redis: { status: 'ok' }, schema: { status: 'ok' } } }]);
    }
    wire.cut();
    for (const port of [api.port, api.opsPort]) {
      await expect
        .poll(() => ask(port, 'ready'), { timeout: 15_000 })
        .toMatchObject([503, { status: 'failed', checks: { database: { status: 'failed' }, redis: { status: 'ok' } } }]);
      expect(await ask(port, 'live')).toMatchObject([200, { status: 'ok' }]);
    }
  } finally {
    await api.stop();
    await wire.stop();
  }
});

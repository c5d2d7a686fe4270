import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { operationRoutes, type Schemas } from '@confab/contract';
import { createTestUser, startTestStack, type TestStack, type TestUser } from '@confab/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const partner = 'https://partner.example';

let stack: TestStack;
let ada: TestUser;

beforeAll(async () => {
  stack = await startTestStack({ gateways: 0, env: { ALLOWED_ORIGINS: partner } });
  ada = await createTestUser(stack);
});

afterAll(() => stack.stop());

/** Not through the checks of the harness: HEAD and OPTIONS are no operations. */
function ask(method: string, path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(stack.baseUrl + path, { method, headers: { authorization: `Bearer ${ada.confab.auth.session?.accessToken ?? ''}`, ...headers } });
}

/** Bytes as they are, for what `fetch` would not send. */
async function speak(text: string): Promise<{ status: number; head: string; problem: Schemas['Problem'] }> {
  const socket = connect(stack.api.port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => (answer += String(chunk))).on('error', () => undefined);
  socket.write(text);
  await once(socket, 'close');
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), head, problem: JSON.parse(body) as Schemas['Problem'] };
}

const logged = (requestId: string) => stack.api.log.filter((line) => line['requestId'] === requestId);

describe('methods', () => {
  const paths = Map.groupBy(Object.values(operationRoutes), ({ path }) => path);

  test.each([...paths].map(([path, routes]) => ({ path, methods: routes.map(({ method }) => method.toUpperCase()) })))(
    'of $path are those of the specification',
    async ({ path, methods }) => {
      const target = `/api/v1${path.replaceAll(/\{\w+\}/g, '01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d')}`;
      const allowed = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].toSorted();
      const options = await ask('OPTIONS', target);
      expect([options.status, options.headers.get('allow')?.split(', ').toSorted()]).toEqual([204, allowed]);
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'].filter((name) => !allowed.includes(name))) {
        const response = await ask(method, target);
        expect([method, response.status, response.headers.get('allow')?.split(', ').toSorted()]).toEqual([method, 405, allowed]);
      }
    },
  );

  test('HEAD answers as GET does, without the body', async () => {
    const [get, head] = await Promise.all([ask('GET', '/api/v1/users/me'), ask('HEAD', '/api/v1/users/me')]);
    expect(await get.json()).toEqual(ada.user);
    expect(await head.text()).toBe('');
    expect([head.status, head.headers.get('content-length'), head.headers.get('content-type')]).toEqual([
      200,
      get.headers.get('content-length'),
      get.headers.get('content-type'),
    ]);
    expect((await ask('HEAD', '/api/v1/users/me', { authorization: '' })).status).toBe(401);
    expect((await ask('HEAD', '/api/v1/nowhere')).status).toBe(404);
  });
});

describe('origins', () => {
  test.each(['own', partner])('%s is told that it may', async (name) => {
    const origin = name === 'own' ? stack.baseUrl : name;
    const preflight = await ask('OPTIONS', '/api/v1/rooms', {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
    expect(preflight.headers.get('access-control-allow-headers')).toMatch(/authorization.*content-type.*confab-position.*confab-seen/i);
    const answer = await ask('GET', '/api/v1/users/me', { origin });
    expect([answer.status, answer.headers.get('access-control-allow-origin'), answer.headers.get('vary')]).toEqual([
      200,
      origin,
      expect.stringMatching(/origin/i),
    ]);
    expect(answer.headers.get('access-control-expose-headers')).toContain('X-Request-Id');
    const ownPage = await ask('GET', '/api/v1/users/me');
    expect([ownPage.headers.get('access-control-allow-origin'), ownPage.headers.get('vary')]).toEqual([null, expect.stringMatching(/origin/i)]);
  });

  test('another is refused, preflight included, and told nothing', async () => {
    for (const method of ['OPTIONS', 'GET', 'POST']) {
      const answer = await ask(method, '/api/v1/rooms', { origin: 'https://evil.example', 'access-control-request-method': 'POST' });
      expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([403, null]);
    }
  });
});

describe('the request id', () => {
  test.each(['a', 'My.own_id-1', 'x'.repeat(128)])('%s is taken as it is', async (id) => {
    expect((await ask('GET', '/api/v1/users/me', { 'x-request-id': id })).headers.get('x-request-id')).toBe(id);
  });

  test.each(['', 'a b', 'ä', 'a\tb', '<script>', 'x'.repeat(129)])('%j is replaced', async (id) => {
    const response = await ask('GET', '/api/v1/nowhere', { 'x-request-id': id });
    const made = response.headers.get('x-request-id');
    expect(made).toMatch(/^[0-9a-f-]{36}$/);
    expect(await response.json()).toMatchObject({ requestId: made });
  });

  test('stands in the one line of the log, which holds no secret', async () => {
    const token = ada.confab.auth.session?.accessToken ?? '';
    await ask('GET', `/api/v1/rooms/01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d/messages?limit=5`, { 'x-request-id': 'find-me' });
    await expect
      .poll(() => logged('find-me'), { timeout: 10_000 })
      .toMatchObject([
        {
          msg: 'request',
          method: 'GET',
          operationId: 'listMessages',
          route: '/rooms/{roomId}/messages',
          status: 404,
          code: 'room.not_found',
          userId: ada.user.id,
          durationMs: expect.any(Number) as number,
        },
      ]);
    const all = JSON.stringify(stack.api.log);
    for (const hidden of [token, ada.password, ada.user.email ?? '', ada.confab.auth.session?.refreshToken ?? '']) expect(all).not.toContain(hidden);
  });

  test('of a request whose caller left is told, too', async () => {
    const socket = connect(stack.api.port, '127.0.0.1');
    socket.write(
      'POST /api/v1/auth/login HTTP/1.1\r\nHost: confab\r\nX-Request-Id: gone-away\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    );
    await delay(100);
    socket.destroy();
    await expect
      .poll(() => logged('gone-away'), { timeout: 10_000 })
      .toMatchObject([{ msg: 'request', level: 'info', operationId: 'signIn', status: 499, code: 'request.malformed' }]);
  });
});

describe('what is hardly HTTP', () => {
  const head = 'Host: confab\r\nConnection: close\r\n';
  test.each([
    ['no HTTP at all', '\x16\x03\x01\r\n\r\n', 'request.invalid'],
    ['headers without end', `GET / HTTP/1.1\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`, 'request.invalid'],
    ['no Host', 'GET /api/v1/users/me HTTP/1.1\r\nConnection: close\r\n\r\n', 'request.invalid'],
    ['two lengths', `POST /api/v1/auth/login HTTP/1.1\r\n${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}`, 'request.invalid'],
    [
      'a chunk of no length',
      `POST /api/v1/auth/login HTTP/1.1\r\n${head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
      'request.invalid',
    ],
    ['a target that is no URL', `GET http://[::bad/api/v1/users/me HTTP/1.1\r\n${head}\r\n`, 'request.invalid'],
    ['a target that is a star', `OPTIONS * HTTP/1.1\r\n${head}\r\n`, 'request.invalid'],
    ['a target with the server in it', `GET http://confab/api/v1/users/me HTTP/1.1\r\n${head}\r\n`, 'auth.required'],
    ['two slashes', `GET //[x/api HTTP/1.1\r\n${head}\r\n`, 'route.not_found'],
    ['a tunnel', `CONNECT example.org:443 HTTP/1.1\r\n${head}\r\n`, 'method.not_allowed'],
    ['an unknown expectation', `GET /api/v1/users/me HTTP/1.1\r\n${head}Expect: cake\r\n\r\n`, 'auth.required'],
    ['NUL in a header', `GET /api/v1/users/me HTTP/1.1\r\n${head}X-Request-Id: a\0b\r\n\r\n`, 'request.invalid'],
  ])('%s is answered with a problem', async (_, text, code) => {
    const { status, head: answer, problem } = await speak(text);
    expect(problem).toMatchObject({ code, status, type: `/docs#${code}` });
    expect(answer).toMatch(/content-type: application\/problem\+json/i);
    expect(answer.toLowerCase()).toContain(`x-request-id: ${problem.requestId}`);
  });
});

test('a caller who tears the line down harms nobody', async () => {
  const beginnings = [
    'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n',
    '\x16\x03',
    'GET /api/v1/users/me HTTP/1.1\r\nHost: a\r\n\r\n',
    'POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{',
  ];
  for (const text of beginnings.flatMap((beginning) => Array.from({ length: 20 }, () => beginning))) {
    const socket = connect(stack.api.port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    await new Promise((resolve) => socket.write(text, resolve));
    socket.resetAndDestroy();
  }
  expect((await ask('GET', '/api/v1/users/me')).status).toBe(200);
});

test('every answer of the API is kept by nobody, and protected', async () => {
  for (const path of ['/api/v1/users/me', '/api/v1/nowhere', '/api/v1/rooms?limit=0']) {
    const { headers } = await ask('GET', path);
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'self'") as string,
    });
    expect(headers.has('x-powered-by')).toBe(false);
    expect(headers.has('etag')).toBe(false);
  }
});

test('durations are measured by operation and status, in as many series whoever calls', async () => {
  const series = async () => {
    const text = await (await fetch(`http://127.0.0.1:${stack.api.opsPort}/metrics`)).text();
    return text.split('\n').filter((line) => line.startsWith('confab_http_request_duration_seconds_count'));
  };
  const probe = async (n: number) =>
    Promise.all([
      ask('GET', `/api/v1/rooms/${crypto.randomUUID()}`),
      ask('GET', `/api/v1/${n}`),
      ask('GET', `/${n}`),
      ask('GET', '/api/v1/users/me'),
      ask('PUT', `/api/v1/rooms?${n}`),
    ]);
  await probe(0);
  const before = await series();
  expect(before.join('\n')).toMatch(/operation="getMe",status="200"/);
  for (let n = 1; n <= 20; n++) await probe(n);
  expect((await series()).map((line) => line.split(' ')[0])).toEqual(before.map((line) => line.split(' ')[0]));
});

import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type ErrorCode, errors, type Schemas } from '@confab/contract';
import { createCore } from '@confab/core';
import { createDatabase, type Database } from '@confab/db';
import { createRedis } from '@confab/redis';
import { createLogger } from '@confab/runtime';
import { createStreams } from '@confab/stream';
import { createTestUser, startApp, startTcpProxy, startTestStack, type TestStack, type TestUser } from '@confab/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { untilTheApiWaits } from '../testing/lock-waits.ts';
import { currentStep, totpCode } from '../testing/two-apis.ts';

const secret = Buffer.alloc(32, 5);
const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
const foreign = 'https://evil.example';

let stack: TestStack;
let database: Database;
let ada: TestUser;
let bob: TestUser;
let room: Schemas['Room'];
let secretRoom: Schemas['Room'];

beforeAll(async () => {
  stack = await startTestStack({ gateways: 0, env: { CONFAB_SECRET: secret.toString('base64url') } });
  database = createDatabase({ primaryUrl: stack.database.url, replicaUrls: [], applicationName: 'test', logger });
  [ada, bob] = await Promise.all([createTestUser(stack), createTestUser(stack)]);
  room = await ada.confab.rest.createRoom({ name: 'general', kind: 'public' });
  secretRoom = await ada.confab.rest.createRoom({ name: 'secret', kind: 'private' });
});

afterAll(async () => {
  await database.stop();
  await stack.stop();
});

type Call = { as?: TestUser; token?: string; json?: unknown; body?: BodyInit; headers?: Record<string, string>; at?: string };

function call(
  method: string,
  path: string,
  { as, token = as?.confab.auth.session?.accessToken, json, body = JSON.stringify(json), headers, at = stack.baseUrl }: Call = {},
): Promise<Response> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  return stack.fetch(`${at}/api/v1${path}`, { method, headers: { ...authorization, ...type, ...headers }, ...(body === undefined ? {} : { body }) });
}

const credentials = ({ user, password }: TestUser) => ({ username: user.username, password });
const messages = () => `/rooms/${room.id}/messages`;
const somebodyNew = (): Promise<TestUser> => createTestUser(stack);

type Provocation = () => Promise<Response>;
/** Says why no operation of the API answers with it. */
type Unreachable = { because: string };

/** Total: a code that is added to the catalogue does not compile until it is provoked here. */
const provocations: Record<ErrorCode, Provocation | Unreachable> = {
  'request.malformed': () => call('POST', messages(), { as: ada, body: '{"content":' }),
  'request.invalid': () => call('POST', messages(), { as: ada, json: { content: 'no nonce' } }),
  'request.too_large': () => call('POST', messages(), { as: ada, json: { content: 'x'.repeat(70_000), nonce: 'n' } }),
  'request.unsupported_media_type': () => call('POST', messages(), { as: ada, body: 'hello', headers: { 'content-type': 'text/plain' } }),
  'request.conflict': provokeDeadlock,
  'route.not_found': () => call('GET', '/nowhere', { as: ada }),
  'method.not_allowed': () => call('PUT', '/rooms', { as: ada }),
  'origin.forbidden': () => call('GET', '/users/me', { as: ada, headers: { origin: foreign } }),
  'auth.required': () => call('GET', '/users/me'),
  'token.invalid': () => call('GET', '/users/me', { token: `${ada.confab.auth.session?.accessToken ?? ''}x` }),
  'token.expired': provokeExpiry,
  'session.ended': provokeEndedSession,
  'credentials.invalid': () => call('POST', '/auth/login', { json: { username: ada.user.username, password: 'wrong' } }),
  'refresh.invalid': () => call('POST', '/auth/refresh', { json: { refreshToken: 'made.up' } }),
  'ticket.invalid': { because: 'tickets are shown to the gateway alone' },
  'second_factor.required': () => withSecondFactor((user) => call('POST', '/auth/login', { json: { username: user.user.username, password: user.password } })),
  'second_factor.invalid': () => withSecondFactor((user) => call('POST', '/auth/login', { json: { username: user.user.username, password: user.password, code: 'not-a-code' } })),
  'second_factor.enabled': () => withSecondFactor((user) => call('POST', '/auth/second-factor', { as: user, json: { password: user.password } })),
  'second_factor.missing': () => call('PUT', '/auth/second-factor', { as: bob, json: { code: '123456' } }),
  'password.wrong': () => call('PUT', '/auth/password', { as: bob, json: { currentPassword: 'not mine', newPassword: 'a much finer one' } }),
  'password.common': () => call('POST', '/auth/register', { json: { username: 'careless', email: 'careless@example.org', password: 'Password123' } }),
  'session.not_found': () => call('DELETE', `/auth/sessions/${ada.confab.auth.session?.sessionId ?? ''}`, { as: bob }),
  'rate.limited': provokeLimit,
  'username.taken': () => call('POST', '/auth/register', { json: { username: ada.user.username.toUpperCase(), email: 'other@example.org', password: 'long enough' } }),
  'email.taken': () => call('POST', '/auth/register', { json: { username: 'other-name', email: ada.user.email, password: 'long enough' } }),
  'user.not_found': () => call('POST', `/rooms/${room.id}/members`, { as: ada, json: { username: 'nobody-here' } }),
  'room.not_found': () => call('GET', `/rooms/${secretRoom.id}`, { as: bob }),
  'room.forbidden': () => call('PATCH', `/rooms/${room.id}`, { as: bob, json: { name: 'mine' } }),
  'member.not_found': () => call('DELETE', `/rooms/${room.id}/members/${bob.user.id}`, { as: ada }),
  'message.nonce_reused': provokeReuse,
  'idempotency_key.reused': provokeReusedKey,
  'message.not_found': { because: 'no operation names a single message yet; an unknown one as a cursor is cursor.invalid' },
  'cursor.invalid': () => call('GET', `${messages()}?before=${room.id}`, { as: ada }),
  'read_marker.ahead': () => call('PUT', `/rooms/${room.id}/read-marker`, { as: ada, json: { seq: 1_000_000 } }),
  'frame.invalid': { because: 'frames go to the gateway' },
  'frame.unknown': { because: 'frames go to the gateway' },
  'stream.not_found': { because: 'streams are named in frames' },
  'service.stopping': provokeStopping,
  'service.overloaded': provokeOverload,
  'database.unavailable': provokeLostDatabase,
  'redis.unavailable': provokeLostRedis,
  'internal.error': provokeBug,
};

const reachable = Object.entries(provocations).flatMap(([code, provocation]) =>
  typeof provocation === 'function' ? [[code as ErrorCode, provocation] as const] : [],
);

/** Some of them start a process of their own. */
test.each(reachable)('%s', { timeout: 60_000 }, async (code, provoke) => {
  const response = await provoke();
  const problem = (await response.json()) as Schemas['Problem'];
  expect(problem).toMatchObject({
    code,
    status: errors[code].status,
    title: errors[code].title,
    retryable: errors[code].retryable,
    type: `/docs#${code}`,
  });
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.has('retry-after')).toBe(errors[code].status === 503 || errors[code].status === 429);
  expect(response.headers.has('www-authenticate')).toBe(errors[code].status === 401);
});

/** We hold his stream and want the room; the API holds the room and wants his stream. It noticed first, so it gives way. */
/** PostgreSQL ends the one of the two that has waited for a second first: that is us if we were slow to wait. */
async function provokeDeadlock(): Promise<Response> {
  for (let left = 10; ; left -= 1) {
    try {
      return await deadlockOnce();
    } catch (error) {
      if (left === 0 || (error as { code?: unknown }).code !== '40P01') throw error;
    }
  }
}

async function deadlockOnce(): Promise<Response> {
  const { user, ...joiner } = await somebodyNew();
  return database.write(async (tx) => {
    await tx.selectFrom('stream').select('head').where('id', '=', `user:${user.id}`).forUpdate().execute();
    const answer = call('POST', `/rooms/${room.id}/join`, { as: { user, ...joiner } });
    await untilTheApiWaits(database, stack);
    await tx.selectFrom('rooms').select('id').where('id', '=', room.id).forUpdate().execute();
    return answer;
  });
}

/** A session of an hour ago, by the same keys. */
async function provokeExpiry(): Promise<Response> {
  const redis = createRedis({ url: stack.redisUrl, name: 'test', logger, queue: true });
  const streams = createStreams({ db: database, redis, logger });
  try {
    const past = createCore({ database, redis, streams, logger, secret, clock: { now: () => Date.now() - 3_600_000 }, gatewayUrls: [] });
    const { accessToken } = await past.signIn.signIn(credentials(ada), { userAgent: '', address: '' });
    return await call('GET', '/users/me', { token: accessToken });
  } finally {
    await streams.stop();
    await redis.stop();
  }
}

async function provokeEndedSession(): Promise<Response> {
  const leaving = await somebodyNew();
  const token = leaving.confab.auth.session?.accessToken ?? '';
  await leaving.confab.auth.signOut();
  return call('GET', '/users/me', { token });
}

async function provokeReuse(): Promise<Response> {
  await call('POST', messages(), { as: ada, json: { content: 'one', nonce: 'same' } });
  return call('POST', messages(), { as: ada, json: { content: 'another', nonce: 'same' } });
}

async function provokeReusedKey(): Promise<Response> {
  const headers = { 'idempotency-key': 'same' };
  await call('POST', '/rooms', { as: ada, headers, json: { name: 'one', kind: 'public' } });
  return call('POST', '/rooms', { as: ada, headers, json: { name: 'another', kind: 'public' } });
}

/** A room that somebody else keeps locked for longer than a statement waits for it. */
function provokeOverload(): Promise<Response> {
  return database.write(async (tx) => {
    await tx.selectFrom('rooms').select('id').where('id', '=', room.id).forUpdate().execute();
    return call('POST', `/rooms/${room.id}/join`, { as: bob });
  });
}

async function provokeLostDatabase(): Promise<Response> {
  const wire = await startTcpProxy(stack.database.applicationUrl);
  const api = await startAnotherApi(wire.url);
  try {
    wire.cut();
    return await call('POST', '/auth/login', { json: credentials(ada), at: `http://127.0.0.1:${api.port}` });
  } finally {
    await api.stop();
    await wire.stop();
  }
}

/** A request whose headers were still coming when the process was told to stop. */
async function provokeStopping(): Promise<Response> {
  const api = await startAnotherApi(stack.database.applicationUrl);
  const socket = connect(api.port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk)));
  socket.write('GET /health/live HTTP/1.1\r\nHost: confab\r\n\r\n');
  await once(socket, 'data');
  text = '';
  socket.write('GET /api/v1/users/me HTTP/1.1\r\nHost: confab\r\n');
  await delay(300);
  const exited = api.kill('SIGTERM');
  await expect.poll(() => api.log.some((line) => line.msg === 'stopping'), { timeout: 20_000 }).toBe(true);
  socket.write('\r\n');
  await once(socket, 'close');
  expect(await exited).toEqual({ code: 0, signal: null });
  return readResponse(text);
}

/** The eleventh in a quarter of an hour; that it is no proper request does not matter. */
async function provokeLimit(): Promise<Response> {
  const eager = await somebodyNew();
  for (let n = 0; n < 10; n += 1) expect((await call('PUT', '/auth/password', { as: eager, json: {} })).status).toBe(400);
  return call('PUT', '/auth/password', { as: eager, json: {} });
}

async function provokeLostRedis(): Promise<Response> {
  const wire = await startTcpProxy(stack.redisUrl);
  const api = await startAnotherApi(stack.database.applicationUrl, wire.url);
  try {
    wire.cut();
    return await call('POST', '/auth/login', { json: credentials(ada), at: `http://127.0.0.1:${api.port}` });
  } finally {
    await api.stop();
    await wire.stop();
  }
}

async function withSecondFactor(work: (user: TestUser) => Promise<Response>): Promise<Response> {
  const user = await somebodyNew();
  const { secret: base32 } = await user.confab.rest.enrolSecondFactor({ password: user.password });
  await user.confab.rest.confirmSecondFactor({ code: totpCode(base32, currentStep()) });
  return work(user);
}

/** A table that is not there is no one's mistake but ours. */
async function provokeBug(): Promise<Response> {
  await database.primary.schema.alterTable('memberships').renameTo('mislaid').execute();
  try {
    const response = await call('GET', '/rooms', { as: ada });
    expect(await response.clone().text()).not.toMatch(/memberships|relation/);
    const requestId = response.headers.get('x-request-id');
    await expect
      .poll(() => stack.api.log.find((line) => line.level === 'error' && line['requestId'] === requestId), { timeout: 10_000 })
      .toMatchObject({ err: { stack: expect.stringContaining('memberships') as string } });
    return response;
  } finally {
    await database.primary.schema.alterTable('mislaid').renameTo('memberships').execute();
  }
}

function startAnotherApi(databaseUrl: string, redisUrl = stack.redisUrl) {
  return startApp('api', { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, CONFAB_SECRET: secret.toString('base64url'), PUBLIC_URL: stack.baseUrl });
}

function readResponse(text: string): Response {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const [statusLine = '', ...headers] = head.split('\r\n');
  return new Response(body, {
    status: Number(statusLine.split(' ')[1]),
    headers: headers.map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  });
}

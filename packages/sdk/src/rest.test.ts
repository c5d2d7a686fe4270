import openapi from '@confab/contract/openapi.json' with { type: 'json' };
import { operationRoutes } from '@confab/contract';
import { expect, test } from 'vitest';
import { createConfab } from './confab.ts';
import { NetworkError, ProblemError } from './problem.ts';
import { sessionless } from './sender.ts';
import { createScriptedServer, cut, json, problem, session } from './testing/scripted-server.ts';

const baseUrl = 'http://confab.test/';

function client(answer: Parameters<typeof createScriptedServer>[0], options: { retryWithinMs?: number } = {}) {
  const server = createScriptedServer(answer);
  return { server, confab: createConfab({ baseUrl, fetch: server.fetch, ...options }) };
}

test('every operation is bound, with its path, query and body where they belong', async () => {
  const { confab, server } = client(() => json(200, { items: [] }));
  expect(Object.keys(confab.rest)).toEqual(Object.keys(operationRoutes));
  await confab.rest.listRooms();
  await confab.rest.listMessages('r/1', { limit: 5, before: 'm' });
  await confab.rest.removeMember('r', 'u');
  await confab.rest.markRead('r', { seq: 3 });
  expect(server.requests).toEqual([
    { method: 'GET', path: '/rooms', body: undefined },
    { method: 'GET', path: '/rooms/r%2F1/messages?limit=5&before=m', body: undefined },
    { method: 'DELETE', path: '/rooms/r/members/u', body: undefined },
    { method: 'PUT', path: '/rooms/r/read-marker', body: { seq: 3 } },
  ]);
});

test('the operations that need no session are those of the specification', () => {
  const open = Object.values(openapi.paths as Record<string, Record<string, { operationId?: string; security?: object[] }>>)
    // What is served beside the base path is for operators, and no operation of the SDK.
    .flatMap((path) => ('servers' in path ? [] : Object.values(path)))
    .filter(({ security }) => security?.every((requirement) => !('bearerAuth' in requirement)))
    .map((operation) => operation.operationId);
  expect([...sessionless].toSorted((one, other) => one.localeCompare(other))).toEqual(open.toSorted((one, other) => String(one).localeCompare(String(other))));
});

test('two clients in one process do not meet', async () => {
  const ada = client(() => json(200, { username: 'ada' }));
  const bob = client(() => json(200, { username: 'bob' }));
  const [first, second] = await Promise.all([ada.confab.rest.getMe(), bob.confab.rest.getMe()]);
  expect([first.username, second.username, ada.server.requests.length]).toEqual(['ada', 'bob', 1]);
});

test('a refusal is a ProblemError with all that the document says', async () => {
  const { confab } = client(() => problem('room.not_found'));
  const failure = await confab.rest.getRoom('r').catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ProblemError);
  expect(failure).toMatchObject({ code: 'room.not_found', status: 404, title: 'There is no such room', requestId: 'request-1', retryable: false, errors: [], detail: undefined, retryAfterSeconds: undefined });
});

test("a proxy's error page is a ProblemError too", async () => {
  const { confab } = client(() => new Response('<h1>Bad gateway</h1>', { status: 502 }), { retryWithinMs: 0 });
  await expect(confab.rest.getMe()).rejects.toMatchObject({ name: 'ProblemError', code: 'response.unexpected', status: 502, retryable: true });
});

test('what may be repeated is: reads, PUT, and a send under its nonce', async () => {
  const flaky = (_: unknown, n: number) => (n === 0 ? cut() : n === 1 ? problem('service.overloaded') : json(200, {}));
  for (const call of [
    (confab: ReturnType<typeof createConfab>) => confab.rest.getMe(),
    (confab: ReturnType<typeof createConfab>) => confab.rest.markRead('r', { seq: 1 }),
    (confab: ReturnType<typeof createConfab>) => confab.rest.createMessage('r', { content: 'hi', nonce: 'n' }),
  ]) {
    const { confab, server } = client(flaky);
    await call(confab);
    expect(server.requests).toHaveLength(3);
    expect(new Set(server.requests.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  }
});

test('what makes something is repeated under one key, which is new for each call unless the caller has his own', async () => {
  const { confab, server } = client((_, n) => (n % 2 === 0 ? cut() : json(201, {})));
  const body = { name: 'a', kind: 'public' } as const;
  await confab.rest.createRoom(body);
  await confab.rest.createRoom(body);
  await confab.rest.createRoom(body, { 'Idempotency-Key': 'mine' });
  const [first, again, second, secondAgain, ...own] = server.requests.map(({ key }) => key);
  expect([first, second]).toEqual([again, secondAgain]);
  expect([first, second]).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), expect.stringMatching(/^[0-9a-f]{32}$/)]);
  expect(first).not.toBe(second);
  expect(own).toEqual(['mine', 'mine']);
  await confab.rest.getMe();
  expect(server.requests.at(-1)?.key).toBeUndefined();
});

test('what may not be repeated is not', async () => {
  const { confab, server } = client(() => cut());
  await expect(confab.rest.updateRoom('r', { name: 'a' })).rejects.toBeInstanceOf(NetworkError);
  await expect(confab.rest.removeMember('r', 'u')).rejects.toBeInstanceOf(NetworkError);
  expect(server.requests).toHaveLength(2);
});

test('retries end in time, and at the caller\'s word', async () => {
  const { confab, server } = client(() => cut(), { retryWithinMs: 600 });
  const began = performance.now();
  await expect(confab.rest.getMe()).rejects.toBeInstanceOf(NetworkError);
  expect(performance.now() - began).toBeLessThan(1_000);
  expect(server.requests.length).toBeGreaterThan(1);

  const stop = new AbortController();
  const waiting = confab.rest.getMe({ signal: stop.signal, retryWithinMs: 60_000 });
  stop.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
});

test('a closed client lets go of what is under way', async () => {
  const { confab } = client(() => new Promise<never>(() => undefined));
  const waiting = confab.rest.getMe();
  confab.close();
  await expect(waiting).rejects.toThrow('the client was closed');
  await expect(confab.rest.getMe()).rejects.toThrow('the client was closed');
});

test.each(['token.expired', 'token.invalid'] as const)('a token that is refused with %s is renewed once for all who wait, and the call repeated', async (code) => {
  const { confab, server } = client(({ path, authorization }) => {
    if (path === '/auth/login') return json(200, session(1));
    if (path === '/auth/refresh') return json(200, session(2));
    return authorization === 'Bearer access-2' ? json(200, {}) : problem(code);
  });
  await confab.auth.signIn({ username: 'ada', password: 'secret' });
  await Promise.all([confab.rest.getMe(), confab.rest.listRooms(), confab.rest.joinRoom('r')]);
  expect(server.requests.filter(({ path }) => path === '/auth/refresh')).toHaveLength(1);
});

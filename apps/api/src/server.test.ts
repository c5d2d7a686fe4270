import { once } from 'node:events';
import { connect } from 'node:net';
import { createDatabase, type Database } from '@confab/db';
import { createLogger } from '@confab/runtime';
import { createTestUser, startTestStack, type TestStack, type TestUser } from '@confab/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHttpServer } from './server.ts';
import { untilTheApiWaits } from './testing/lock-waits.ts';

let stack: TestStack;
let database: Database;
let ada: TestUser;

beforeAll(async () => {
  stack = await startTestStack({ gateways: 0, env: { DRAIN_NOTICE_MS: '2000' } });
  database = createDatabase({
    primaryUrl: stack.database.url,
    replicaUrls: [],
    applicationName: 'test',
    logger: createLogger({ name: 'test', level: 'silent', pretty: false }),
  });
  ada = await createTestUser(stack);
});

afterAll(async () => {
  await database.stop();
  await stack.stop();
});

test('a stopping process is not ready, sends people away, then takes no one new, and answers whom it was serving', { timeout: 60_000 }, async () => {
  const { id } = await ada.confab.rest.createRoom({ name: 'general', kind: 'public' });
  const idle = connect(stack.api.port, '127.0.0.1');
  idle.write('GET /health/live HTTP/1.1\r\nHost: confab\r\n\r\n');
  await once(idle, 'data');

  const { underWay, exited } = await database.write(async (tx) => {
    await tx.selectFrom('rooms').select('id').where('id', '=', id).forUpdate().execute();
    const answer = ask('PATCH', `/rooms/${id}`, { name: 'renamed' });
    await untilTheApiWaits(database, stack);
    // It may have been stopped before, by another test.
    const before = stack.api.log.length;
    const [exit, closed] = [stack.api.kill('SIGTERM'), once(idle, 'close')];
    await expect.poll(() => stack.api.log.slice(before).some(({ msg }) => msg === 'leaving'), { timeout: 20_000, interval: 10 }).toBe(true);
    const told = await ask('GET', '/users/me');
    expect([told.status, told.headers.get('connection')]).toEqual([200, 'close']);
    await closed;
    await expect(ask('GET', '/users/me')).rejects.toThrow('fetch failed');
    const ready = await fetch(`http://127.0.0.1:${stack.api.opsPort}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([503, expect.objectContaining({ status: 'failed', reason: 'stopping' })]);
    return { underWay: answer, exited: exit };
  });
  const answer = await underWay;
  expect([answer.status, answer.headers.get('connection'), await answer.json()]).toEqual([
    200,
    'close',
    expect.objectContaining({ name: 'renamed' }),
  ]);
  expect(await exited).toEqual({ code: 0, signal: null });

  await stack.api.restart();
  expect(await ada.confab.rest.getRoom(id)).toMatchObject({ name: 'renamed' });
});

test('a long answer is sent to its end, and its connection is not waited for', { timeout: 60_000 }, async () => {
  const socket = connect(stack.api.port, '127.0.0.1');
  socket.write('GET /docs/scalar.js HTTP/1.1\r\nHost: confab\r\n\r\n');
  const chunks: Buffer[] = [(await once(socket, 'data'))[0] as Buffer];
  socket.pause();
  const before = stack.api.log.length;
  const logged = (msg: string) => stack.api.log.slice(before).find((line) => line.msg === msg);
  const exited = stack.api.kill('SIGTERM');
  await expect.poll(() => logged('stopping'), { timeout: 20_000 }).toBeDefined();
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).resume();
  await once(socket, 'close');
  expect(await exited).toEqual({ code: 0, signal: null });

  const answer = Buffer.concat(chunks);
  const head = answer.subarray(0, answer.indexOf('\r\n\r\n')).toString();
  expect(answer.length - head.length - 4).toBe(Number(/content-length: (\d+)/i.exec(head)?.[1]));
  // Half the grace is what it would wait for a connection that never ends.
  await expect.poll(() => logged('stopped')?.['durationMs'], { timeout: 20_000 }).toBeLessThan(9_000);
  await stack.api.restart();
});

test('what was answered in one piece is sent to its end, too', async () => {
  const body = Buffer.alloc(32 * 1024 * 1024, 'x');
  const server = await startHttpServer({ app: (_request, response) => response.end(body), host: '127.0.0.1', port: 0, drainMs: 60_000, isLeaving: () => false });
  const socket = connect(server.port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: confab\r\n\r\n');
  const [first] = (await once(socket, 'data')) as [Buffer];
  socket.pause();
  let received = first.length;
  socket.on('data', (chunk: Buffer) => (received += chunk.length));
  const stopped = server.stop();
  const closed = once(socket, 'close');
  socket.resume();
  await Promise.all([closed, stopped]);
  expect(received).toBeGreaterThan(body.length);
});

function ask(method: string, path: string, json?: object): Promise<Response> {
  const headers = { authorization: `Bearer ${ada.confab.auth.session?.accessToken ?? ''}`, 'content-type': 'application/json' };
  return fetch(`${stack.baseUrl}/api/v1${path}`, { method, headers, ...(json === undefined ? {} : { body: JSON.stringify(json) }) });
}

import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createDatabase, type Database } from '@confab/db';
import { createLogger } from '@confab/runtime';
import { createTestUser, startTestStack, type TestStack, type TestUser } from '@confab/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

let stack: TestStack;
let database: Database;
let ada: TestUser;

beforeAll(async () => {
  stack = await startTestStack({ gateways: 0 });
  database = createDatabase({ primaryUrl: stack.database.url, replicaUrls: [], applicationName: 'test', logger: createLogger({ name: 'test', level: 'silent', pretty: false }) });
  ada = await createTestUser(stack);
});

afterAll(async () => {
  await database.stop();
  await stack.stop();
});

test('a stopping process is not ready, takes no one new, and answers whom it was serving', { timeout: 60_000 }, async () => {
  const { id } = await ada.confab.rest.createRoom({ name: 'general', kind: 'public' });
  const idle = connect(stack.api.port, '127.0.0.1');
  idle.write('GET /health/live HTTP/1.1\r\nHost: confab\r\n\r\n');
  await once(idle, 'data');

  await database.write(async (tx) => {
    await tx.selectFrom('rooms').select('id').where('id', '=', id).forUpdate().execute();
    const underWay = ask('PATCH', `/rooms/${id}`, { name: 'renamed' });
    await delay(1_000);
    const [exited, closed] = [stack.api.kill('SIGTERM'), once(idle, 'close')];
    await closed;
    await expect(ask('GET', '/users/me')).rejects.toThrow('fetch failed');
    const ready = await fetch(`http://127.0.0.1:${stack.api.opsPort}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([503, expect.objectContaining({ status: 'failed', reason: 'stopping' })]);
    return { underWay, exited };
  }).then(async ({ underWay, exited }) => {
    const answer = await underWay;
    expect([answer.status, answer.headers.get('connection'), await answer.json()]).toEqual([200, 'close', expect.objectContaining({ name: 'renamed' })]);
    expect(await exited).toEqual({ code: 0, signal: null });
  });
  expect(stack.api.log.at(-1)).toMatchObject({ msg: 'stopped' });

  await stack.api.restart();
  expect(await ada.confab.rest.getRoom(id)).toMatchObject({ name: 'renamed' });
});

function ask(method: string, path: string, json?: object): Promise<Response> {
  const headers = { authorization: `Bearer ${ada.confab.auth.session?.accessToken ?? ''}`, 'content-type': 'application/json' };
  return fetch(`${stack.baseUrl}/api/v1${path}`, { method, headers, ...(json === undefined ? {} : { body: JSON.stringify(json) }) });
}

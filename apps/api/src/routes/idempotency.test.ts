import { type Database, createDatabase } from '@confab/db';
import { createLogger } from '@confab/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, startTcpProxy, type TcpProxy, type TestApp } from '@confab/testing';
import { newAddress, secret, startTwoApis, type Caller, type TwoApis } from '../testing/two-apis.ts';

let apis: TwoApis;
let wire: TcpProxy;
let behindWire: TestApp;
let database: Database;
let ada: Caller;

/** Two APIs, and a third whose wire to the primary can be broken. */
beforeAll(async () => {
  apis = await startTwoApis();
  wire = await startTcpProxy(apis.stack.database.url);
  behindWire = await startApp('api', { DATABASE_URL: wire.url, REDIS_URL: apis.stack.redisUrl, PUBLIC_URL: apis.stack.baseUrl, CONFAB_SECRET: secret.toString('base64url'), TRUST_PROXY: '1', GATEWAY_URLS: 'ws://127.0.0.1:3001/gateway?v=1' });
  database = createDatabase({ primaryUrl: apis.stack.database.url, replicaUrls: [], applicationName: 'test', logger: createLogger({ name: 'test', level: 'silent', pretty: false }) });
  ada = await apis.register();
}, 150_000);
afterAll(async () => {
  await behindWire.stop();
  await database.stop();
  await apis.stack.stop();
  await wire.stop();
});

const roomsNamed = async (name: string) => (await database.primary.selectFrom('rooms').select('id').where('name', '=', name).execute()).length;
const messagesIn = async (roomId: string) => (await database.primary.selectFrom('messages').select('id').where('room_id', '=', roomId).execute()).length;

function create(api: number, key: string, name: string): Promise<Response> {
  const token = ada.confab.auth.session?.accessToken ?? '';
  return apis.post(api, '/rooms', { name, kind: 'private' }, { authorization: `Bearer ${token}`, 'idempotency-key': key });
}

test('twenty twins over two processes make one room, and all are told of it', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => create(n % 2, 'twins', 'twins')));
  const said = await Promise.all(answers.map(async (answer) => ({ status: answer.status, replayed: answer.headers.get('idempotent-replayed'), id: ((await answer.json()) as { id: string }).id })));
  expect(said.filter(({ status, replayed }) => status === 201 && replayed === null)).toHaveLength(1);
  expect(said.filter(({ status, replayed }) => status === 200 && replayed === 'true')).toHaveLength(19);
  expect(new Set(said.map(({ id }) => id)).size).toBe(1);
  expect(await roomsNamed('twins')).toBe(1);
});

test('twins that want different things: one is made, the other is told that the key is taken', async () => {
  const answers = await Promise.all(['this', 'that'].map((name, api) => create(api, 'two', name)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 409]));
  const refusal = answers.find(({ status }) => status === 409);
  expect(await refusal?.json()).toMatchObject({ code: 'idempotency_key.reused', retryable: false });
});

test('a key that is none is refused', async () => {
  for (const key of ['with space', 'x'.repeat(65)]) expect((await create(0, key, 'none')).status).toBe(400);
});

const urlOf = (input: RequestInfo | URL): string => (input instanceof Request ? input.url : input.toString());

/** Somebody who counts his requests, at the API behind the wire. */
async function behind() {
  const statuses: number[] = [];
  const caller = apis.caller({
    address: newAddress(),
    through: (fetch) => async (input, init) => {
      const response = await fetch(urlOf(input).replace(apis.urls[0] ?? '', `http://127.0.0.1:${behindWire.port}`), init);
      statuses.push(response.status);
      return response;
    },
  });
  const { username, password, confab } = caller;
  await confab.auth.register({ username, password, email: `${username}@example.org` });
  statuses.length = 0;
  return { confab, statuses };
}

test('a room whose COMMIT was never answered is made once: the SDK asks again under its key', { timeout: 60_000 }, async () => {
  const { confab, statuses } = await behind();
  const isLost = wire.loseAnswerTo('commit;', 'COMMIT');
  const room = await confab.rest.createRoom({ name: 'ambiguous', kind: 'private' });
  await isLost;
  expect(statuses).toEqual([503, 200]);
  expect(await roomsNamed('ambiguous')).toBe(1);
  expect(await confab.rest.getRoom(room.id)).toEqual(room);
});

test('a message whose COMMIT was never answered is there once: the SDK asks again under its nonce', { timeout: 60_000 }, async () => {
  const { confab, statuses } = await behind();
  const room = await confab.rest.createRoom({ name: 'talk', kind: 'private' });
  statuses.length = 0;
  const isLost = wire.loseAnswerTo('commit;', 'COMMIT');
  const message = await confab.rest.createMessage(room.id, { content: 'once', nonce: 'n1' });
  await isLost;
  expect(statuses).toEqual([503, 200]);
  expect(await messagesIn(room.id)).toBe(1);
  expect((await confab.rest.listMessages(room.id)).items).toMatchObject([{ id: message.id, content: 'once' }]);
});

test('a room of which no answer came at all is made once', async () => {
  let isFirst = true;
  const { confab } = await apis.register({
    through: (fetch) => async (input, init) => {
      const response = await fetch(input, init);
      if (urlOf(input).endsWith('/rooms') && isFirst) {
        isFirst = false;
        await response.arrayBuffer();
        throw new TypeError('fetch failed');
      }
      return response;
    },
  });
  await confab.rest.createRoom({ name: 'unanswered', kind: 'private' });
  expect([isFirst, await roomsNamed('unanswered')]).toEqual([false, 1]);
});

import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { createDatabase } from '@confab/db';
import { createLogger, runInContext } from '@confab/runtime';
import { startTcpProxy } from '@confab/testing';
import { makeMembers, makeMessage, makeRoom, makeUser, newNonce, startTestCore, type Somebody, type TestCore } from './testing/factories.ts';

let test: TestCore;
let stopWatching: () => Promise<void>;
let ada: Somebody;
let bob: Somebody;
let roomId: string;
const sent: string[] = [];

beforeAll(async () => {
  test = await startTestCore({ onQuery: (name) => sent.push(name), redisPatienceMs: 30_000 });
  [ada, bob] = await Promise.all([makeUser(test.core), makeUser(test.core)]);
  stopWatching = test.core.watchCaches();
});
beforeEach(async () => {
  roomId = (await makeRoom(test.core, ada)).id;
  await makeMembers(test.core, ada, roomId, bob);
  await makeMessage(test.core, ada, roomId);
});
afterAll(async () => {
  await stopWatching();
  await test.stop();
});

/** Of the caches' own looks there is one a second, however much is read. */
const looks = ['members.listStandings', 'stream.heads', 'rooms.listVersions', 'users.listVersions'];

async function queriesOf(work: () => Promise<unknown>): Promise<string[]> {
  const before = sent.length;
  await work();
  return sent.slice(before).filter((name) => !looks.includes(name));
}

const openAs = (reader: Somebody) => queriesOf(() => test.core.messages.list(reader.actor, roomId, {}));

it('a room that was opened before opens without a query, for whoever has been there', async () => {
  expect(await openAs(ada)).toEqual(['rooms.findStanding', 'messages.listNewestRoots']);
  expect(await openAs(ada)).toEqual([]);
  expect(await openAs(bob)).toEqual(['rooms.findStanding']);
  // Longer than what was asked of the database counts, unless it is asked again: once for all who read.
  const before = sent.length;
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  for (let n = 0; n < 100; n += 1) expect(await openAs(ada)).toEqual([]);
  expect(sent.slice(before).length).toBeLessThan(100);
});

it('after a message it is read once again, whoever comes first', async () => {
  await openAs(ada);
  await openAs(bob);
  const sending = await queriesOf(() => makeMessage(test.core, ada, roomId));
  process.stdout.write(`a send asks: ${sending.join(', ')}\n`);
  expect(sending).toEqual(['stream.lockFor', 'stream.append', 'transaction.commit']);
  expect(await openAs(bob)).toEqual(['messages.listNewestRoots']);
  expect(await openAs(ada)).toEqual([]);
});

it('a send is two round trips to the database: who may, with the lock; and the message, with the commit', async () => {
  const logger = createLogger({ name: 'trips', level: 'silent', pretty: false });
  const wire = await startTcpProxy(test.databaseUrl);
  const database = createDatabase({ primaryUrl: wire.url, replicaUrls: [], applicationName: 'trips', logger, poolSize: 1 });
  const core = test.another({ database });
  /** But those of whoever watches the server. */
  const tripsOf = async (work: () => Promise<unknown>) => {
    const trips = wire.record();
    await work();
    return trips.filter((text) => !text.includes('select 1\0'));
  };
  await makeRoom(core, ada);
  // From the second on the server knows the statements by their names.
  for (const [locking, inserting] of [['UPDATE stream', 'INSERT INTO messages'], ['confab_\\d+', 'confab_\\d+']]) {
    expect(await tripsOf(() => makeMessage(core, ada, roomId))).toEqual([
      expect.stringMatching(new RegExp(`begin[^]*${locking}`)),
      expect.stringMatching(new RegExp(`${inserting}[^]*commit; select pg_current_wal_insert_lsn`)),
    ]);
  }
  const { seq } = await makeMessage(core, ada, roomId);
  expect(await tripsOf(() => core.messages.markRead(bob.actor, roomId, { seq }))).toHaveLength(3);
  await database.stop();
  await wire.stop();
});

it('a profile is read once, a room for what moves in it', async () => {
  const me = () => queriesOf(() => test.core.users.me(ada.actor));
  const room = () => queriesOf(() => test.core.rooms.get(ada.actor, roomId));
  await me();
  expect(await me()).toEqual([]);
  expect((await room()).toSorted()).toEqual(['rooms.findFacts', 'rooms.findPlace']);
  expect(await room()).toEqual(['rooms.findPlace']);
});

it('who changes a room that he has just read is answered what it is now', async () => {
  for (const name of ['one', 'two', 'three', 'four', 'five']) {
    await test.core.rooms.get(ada.actor, roomId);
    expect((await test.core.rooms.update(ada.actor, roomId, { name })).name).toBe(name);
  }
});

it('what was cached of another history of the database is not read', async () => {
  await openAs(ada);
  expect(await openAs(ada)).toEqual([]);
  const restored = test.another({ database: { ...test.database, epoch: async () => 'restored' } });
  expect(await queriesOf(() => restored.messages.list(ada.actor, roomId, {}))).toEqual(['rooms.findStanding', 'messages.listNewestRoots']);
});

it('who was told of a change finds it, though nobody said so to the cache', async () => {
  const open = () => test.core.messages.list(ada.actor, roomId, {});
  const [message] = (await open()).items;
  const stream = `room:${roomId}`;
  await test.database.primary.updateTable('messages').set({ content: 'edited' }).where('id', '=', message?.id ?? '').execute();
  await test.database.primary.updateTable('stream').set(({ eb }) => ({ head: eb('head', '+', 1) })).where('id', '=', stream).execute();
  const seen = new Map([[stream, (message?.seq ?? 0) + 1]]);
  const { items } = await runInContext({ requestId: 'test', freshness: { seen } }, open);
  expect(items).toMatchObject([{ content: 'edited' }]);
});

it('what another process changes is seen at once', async () => {
  const other = test.another();
  const content = async () => (await test.core.messages.list(bob.actor, roomId, { limit: 1 })).items.map((message) => message.content);
  expect(await content()).toEqual(['hello']);
  await other.messages.send(ada.actor, roomId, { content: 'news', nonce: newNonce() });
  expect(await content()).toEqual(['news']);
  expect((await test.core.rooms.get(bob.actor, roomId)).memberCount).toBe(2);
  await other.rooms.update(ada.actor, roomId, { name: 'anew' });
  expect((await test.core.rooms.get(bob.actor, roomId)).name).toBe('anew');
  await other.members.remove(ada.actor, roomId, bob.user.id);
  await expect(content()).rejects.toMatchObject({ code: 'room.forbidden' });
  expect((await test.core.rooms.get(bob.actor, roomId)).memberCount).toBe(1);
  await other.members.join(bob.actor, roomId);
  expect(await content()).toEqual(['news']);
});

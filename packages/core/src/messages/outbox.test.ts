import { createDatabase, type Database } from '@confab/db';
import { createLogger, runEntry, runInContext, startTracing, type Context } from '@confab/runtime';
import { startOtlpReceiver, startTcpProxy, type TcpProxy } from '@confab/testing';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';

import { insist, makeMembers, makeMessage, makeRoom, makeUser, newNonce, startTestCore, type Somebody, type TestCore } from '../testing/factories.ts';

const logger = createLogger({ name: 'outbox-test', level: 'silent', pretty: false });
let test: TestCore;
let people: Somebody[];
let wire: TcpProxy;
let overWire: Database;

beforeAll(async () => {
  test = await startTestCore();
  people = await Promise.all(Array.from({ length: 4 }, () => makeUser(test.core)));
  wire = await startTcpProxy(test.databaseUrl);
  overWire = createDatabase({ primaryUrl: wire.url, replicaUrls: [], applicationName: 'outbox-test', logger });
});
afterEach(() => void vi.unstubAllEnvs());
afterAll(async () => {
  await overWire.stop();
  await wire.stop();
  await test.stop();
});

const person = (n: number) => people[n % people.length] as Somebody;
const send = (core: TestCore['core'], who: Somebody, roomId: string, content: string, nonce = newNonce()) => core.messages.send(who.actor, roomId, { content, nonce });
const codeOf = (work: Promise<unknown>) => work.then(() => 'sent', ({ code }: { code?: string }) => code);

async function roomOfAll(): Promise<string> {
  const { id } = await makeRoom(test.core, person(0));
  await makeMembers(test.core, person(0), id, ...people.slice(1));
  return id;
}

/** In the order of the log, of which `log` says that it has no gap. */
async function contentsOf(roomId: string): Promise<string[]> {
  const events = (await test.log(`room:${roomId}`)).filter(({ type }) => type === 'message.created');
  const { rows } = await sql<{ id: string; seq: number }>`SELECT id, seq FROM messages WHERE room_id = ${roomId} ORDER BY seq`.execute(test.database.primary);
  expect(rows).toEqual(events.map(({ subjectId, seq }) => ({ id: subjectId, seq })));
  return events.map(({ d }) => (d as { content: string }).content);
}

async function transactionsOf(...roomIds: string[]): Promise<number> {
  const { rows } = await sql`SELECT DISTINCT xmin::text FROM messages WHERE room_id = ANY (${roomIds}::uuid[])`.execute(test.database.primary);
  return rows.length;
}

/** While it runs somebody else holds the room. */
async function whileLocked(roomId: string, work: () => Promise<void>): Promise<void> {
  await test.database.write(async (tx) => {
    await sql`SELECT FROM stream WHERE id = ${`room:${roomId}`} FOR UPDATE`.execute(tx);
    await work();
  });
}

it('sends to several rooms at once share a transaction, and stand in each room in the order in which they came', async () => {
  const rooms = await Promise.all([roomOfAll(), roomOfAll(), roomOfAll()]);
  const sent = await Promise.all(Array.from({ length: 30 }, (_, n) => send(test.core, person(n), rooms[n % 3] ?? '', `${n}`)));
  for (const [index, roomId] of rooms.entries()) expect(await contentsOf(roomId)).toEqual(Array.from({ length: 10 }, (_, n) => `${3 * n + index}`));
  expect(sent.map(({ message }) => message.content)).toEqual(Array.from({ length: 30 }, (_, n) => `${n}`));
  expect(await transactionsOf(...rooms)).toBe(1);
});

it('no two numbers of a room are swapped or missing when three processes send to the same rooms', async () => {
  const rooms = await Promise.all([roomOfAll(), roomOfAll()]);
  const cores = [test.core, test.another(), test.another()];
  const sent = await Promise.all(Array.from({ length: 300 }, (_, n) => insist(() => send(cores[n % 3]!, person(n), rooms[n % 2] ?? '', `${n}`))));
  const contents = (await Promise.all(rooms.map(contentsOf))).flat();
  expect(contents.toSorted()).toEqual(sent.map(({ message }) => message.content).toSorted());
  expect(await transactionsOf(...rooms)).toBeLessThan(100);
});

it('twins that come in together are one message, whoever of them was the first', async () => {
  const roomId = await roomOfAll();
  const nonce = newNonce();
  const answers = await Promise.all(['well', 'well', 'other', 'well'].map((content) => send(test.core, person(1), roomId, content, nonce).catch(({ code }: { code: string }) => code)));
  const [first, second, other, third] = answers as [Awaited<ReturnType<typeof send>>, unknown, unknown, unknown];
  expect([second, third]).toEqual([{ message: first.message, replayed: true }, { message: first.message, replayed: true }]);
  expect([first.replayed, other]).toEqual([false, 'message.nonce_reused']);
  expect(await contentsOf(roomId)).toEqual(['well']);
});

it('a nonce that took effect before gives its number back, and holds nobody up', async () => {
  const [roomId, elsewhere] = [await roomOfAll(), await roomOfAll()];
  const nonce = newNonce();
  const { message } = await send(test.core, person(0), roomId, 'first', nonce);
  const all = [['a'], ['first', nonce], ['b'], ['other', nonce]].map(([content = '', again]) => send(test.core, person(0), roomId, content, again).catch(({ code }: { code: string }) => code));
  const there = send(test.core, person(0), elsewhere, 'there');
  expect(await Promise.all(all)).toMatchObject([{ replayed: false }, { replayed: true, message }, { replayed: false }, 'message.nonce_reused']);
  await there;
  expect(await contentsOf(roomId)).toEqual(['first', 'a', 'b']);
  expect(await contentsOf(elsewhere)).toEqual(['there']);
});

it('who is removed while his send waits for the room is refused, and those beside him are not', async () => {
  const roomId = await roomOfAll();
  let all: Promise<unknown>[] = [];
  await whileLocked(roomId, async () => {
    all = [0, 1, 2].map((n) => codeOf(send(test.core, person(n), roomId, `${n}`)));
    await waiting(1);
    // As a removal does, which holds the room.
    await sql`DELETE FROM memberships WHERE room_id = ${roomId} AND user_id = ${person(1).user.id}`.execute(test.database.primary);
  });
  expect(await Promise.all(all)).toEqual(['sent', 'room.forbidden', 'sent']);
  expect(await contentsOf(roomId)).toEqual(['0', '2']);
});

it('an outsider beside members takes no number and is answered for himself', async () => {
  const [mine, theirs] = [await roomOfAll(), (await makeRoom(test.core, person(0), { kind: 'private' })).id];
  const all = [send(test.core, person(1), mine, 'a'), send(test.core, person(1), theirs, 'b'), send(test.core, person(0), theirs, 'c'), send(test.core, person(1), newRoomId, 'd')];
  expect(await Promise.all(all.map(codeOf))).toEqual(['sent', 'room.not_found', 'sent', 'room.not_found']);
  expect([await contentsOf(mine), await contentsOf(theirs)]).toEqual([['a'], ['c']]);
  expect(await transactionsOf(mine, theirs)).toBe(1);
});
const newRoomId = '0197b6b0-0000-7000-8000-000000000000';

it('a room that somebody else has locked holds up no other, be it together with it or after', async () => {
  const [locked, free] = [await roomOfAll(), await roomOfAll()];
  let held: Promise<unknown>[] = [];
  await whileLocked(locked, async () => {
    held = [0, 1].map((n) => send(test.core, person(n), locked, `${n}`));
    await send(test.core, person(0), free, 'beside');
    await waiting(1);
    held.push(send(test.core, person(2), locked, '2'));
    for (let n = 0; n < 5; n += 1) await send(test.core, person(n), free, `${n}`);
  });
  await Promise.all(held);
  expect(await contentsOf(locked)).toEqual(['0', '1', '2']);
  expect(await contentsOf(free)).toEqual(['beside', '0', '1', '2', '3', '4']);
});

it('what PostgreSQL refuses is one send\'s alone', async () => {
  const [roomId, elsewhere] = [await roomOfAll(), await roomOfAll()];
  const contents = ['a', 'b', 'a NUL \0', 'c'];
  const [sent, there] = [contents.map((content) => send(test.core, person(0), roomId, content)), send(test.core, person(0), elsewhere, 'there')];
  const outcomes = await Promise.allSettled([...sent, there]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  expect(await contentsOf(roomId)).toEqual(['a', 'b', 'c']);
});

it('a statement that is cancelled is done again, once for each', async () => {
  const roomId = await roomOfAll();
  let all: Promise<unknown>[] = [];
  await whileLocked(roomId, async () => {
    all = [0, 1, 2].map((n) => send(test.core, person(n), roomId, `${n}`));
    await waiting(1);
    await sql`SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`.execute(test.database.primary);
  });
  await Promise.all(all);
  expect(await contentsOf(roomId)).toEqual(['0', '1', '2']);
  expect(await transactionsOf(roomId)).toBe(3);
});

it('a commit whose answer is lost is nobody\'s acknowledgement, and each finds his message by his nonce', async () => {
  const roomId = await roomOfAll();
  const core = test.another({ database: overWire });
  const nonces = [newNonce(), newNonce(), newNonce()];
  const sending = () => nonces.map((nonce, n) => send(core, person(n), roomId, `${n}`, nonce));
  const isLost = wire.loseAnswerTo('commit;', 'COMMIT');
  expect((await Promise.allSettled(sending())).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  await isLost;
  expect((await Promise.all(sending())).map(({ replayed, message }) => [replayed, message.content])).toEqual([[true, '0'], [true, '1'], [true, '2']]);
  expect(await contentsOf(roomId)).toEqual(['0', '1', '2']);
  expect(await transactionsOf(roomId)).toBe(1);
});

it('each sender has the place in the log from which a replica shows his message', async () => {
  const roomId = await roomOfAll();
  const contexts = people.map((_, n): Context => ({ requestId: `r-${n}` }));
  await Promise.all(contexts.map((context, n) => runInContext(context, () => send(test.core, person(n), roomId, `${n}`))));
  expect(await transactionsOf(roomId)).toBe(1);
  const [position] = new Set(contexts.map((context) => context.position));
  expect(contexts.map((context) => context.position)).toEqual(contexts.map(() => position));
  expect(position).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/);
});

it('the event of each bears the trace of its sender', async () => {
  const receiver = await startOtlpReceiver();
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', receiver.url);
  const tracing = await startTracing({ process: 'api', settings: { isOn: true, ratio: 1, slowMs: 60_000 }, logger });
  const roomId = await roomOfAll();
  const nobody = send(test.core, person(3), roomId, 'not traced');
  await Promise.all([0, 1, 2].map((n) => runEntry({ requestId: `r-${n}`, name: `r-${n}`, kind: 'server' }, () => send(test.core, person(n), roomId, `r-${n}`))));
  await nobody;
  // Answered behind what was published.
  await test.redis.client.get('nothing');
  await new Promise((resolve) => setImmediate(resolve));
  await tracing.stop();
  await receiver.stop();
  const sendOf = (name: string) => {
    const request = receiver.spans.find((span) => span.name === name);
    return receiver.spans.find((span) => span.name === 'messages.send' && span.parentSpanId === request?.spanId);
  };
  const events = (await test.log(`room:${roomId}`)).filter(({ type }) => type === 'message.created');
  expect(new Map(events.map(({ d, trace }) => [(d as { content: string }).content, trace?.slice(36, 52)]))).toEqual(
    new Map([['not traced', undefined], ...['r-0', 'r-1', 'r-2'].map((name) => [name, sendOf(name)?.spanId] as const)]),
  );
  for (const name of ['r-0', 'r-1', 'r-2']) {
    const mine = receiver.spans.filter(({ parentSpanId }) => parentSpanId === sendOf(name)?.spanId).map((span) => span.name);
    expect(mine).toEqual(expect.arrayContaining(['stream.lockFor', 'stream.append', 'publish message.created']));
    expect(mine.filter((own) => own.startsWith('publish'))).toHaveLength(1);
  }
  expect(await transactionsOf(roomId)).toBe(1);
});

it('works where statements have no names, behind a pooler', async () => {
  const url = new URL(test.databaseUrl);
  for (const name of ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']) url.searchParams.set(name, '');
  const database = createDatabase({ primaryUrl: url.href, replicaUrls: [], applicationName: 'pooled', logger });
  const core = test.another({ database });
  const roomId = await roomOfAll();
  for (const size of [1, 7, 3]) await Promise.all(Array.from({ length: size }, (_, n) => send(core, person(n), roomId, `${n}`)));
  expect(await contentsOf(roomId)).toHaveLength(11);
  await database.stop();
});

it('what somebody sees is never what the others have not committed', async () => {
  const roomId = await roomOfAll();
  const stream = `room:${roomId}` as const;
  let isSending = true;
  const seen: number[] = [];
  const looking = (async () => {
    while (isSending) seen.push((await test.streams.backfill(stream, 0, 1_000)).length, (await test.streams.heads([stream])).get(stream) ?? 0);
  })();
  for (let round = 0; round < 8; round += 1) await Promise.all(Array.from({ length: 20 }, (_, n) => makeMessage(test.core, person(n), roomId, `${round} ${n}`)));
  isSending = false;
  await looking;
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(await contentsOf(roomId)).toHaveLength(160);
});

/** Until so many statements of this database wait for a lock. */
async function waiting(count: number): Promise<void> {
  await expect.poll(async () => {
    const { rows } = await sql`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`.execute(test.database.primary);
    return rows.length;
  }).toBe(count);
}

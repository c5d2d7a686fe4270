import type { Schemas } from '@confab/contract';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { makeMessage, makeRoom, makeUser, newNonce, startTestCore, type Somebody, type TestCore } from './testing/factories.ts';

/** So many messages are loaded; what the planner chooses is settled from a tenth of the million on. */
const messageCount = Number(process.env['HOT_MESSAGES'] ?? 100_000);
const roomCount = 100;
const userCount = 20_000;
const quietRoomCount = 50_000;
/** A handful for good: there is nothing to be found in it. */
const few = 'signing_keys';

type Statement = { text: string; values: readonly unknown[] };
type Plan = { 'Node Type': string; 'Relation Name'?: string; Plans?: Plan[] };

let fixture: TestCore;
let ada: Somebody;
let grace: Somebody;
let room: Schemas['Room'];
let message: Schemas['Message'];
let large: ReadonlySet<string>;

beforeAll(async () => {
  fixture = await startTestCore();
  const { core } = fixture;
  ada = await makeUser(core);
  grace = await makeUser(core);
  room = await makeRoom(core, ada);
  message = await makeMessage(core, ada, room.id);
  await withClient(async (client) => {
    for (const statement of filling()) await client.query(statement);
    await client.query('VACUUM ANALYZE');
    const { rows } = await client.query<{ relname: string }>("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND reltuples >= 1000");
    large = new Set(rows.map(({ relname }) => relname));
    for (const name of ['users', 'sessions', 'rooms', 'stream', 'memberships', 'messages', 'audit_entries']) expect(large).toContain(name);
  });
}, Math.max(300_000, 2 * messageCount));
afterAll(() => fixture.stop());

async function withClient<T>(work: (client: pg.Client) => Promise<T>, connectionString = fixture.databaseUrl): Promise<T> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const id = (kind: number, n: string) => `('00000000-0000-7000-800${kind}-' || lpad(to_hex(${n}), 12, '0'))::uuid`;

/** Twenty thousand people, a hundred rooms with everybody's neighbours in them, and what they have said. */
const filling = (): string[] => [
  `INSERT INTO users (id, kind, username, email, display_name, password_hash, created_at, updated_at)
    SELECT ${id(1, 'n')}, 'person', 'crowd-' || n, NULL, 'Crowd', NULL, now(), now() FROM generate_series(1, ${userCount}) AS n`,
  `INSERT INTO sessions (id, user_id, rotated_at, created_at, last_seen_at, expires_at, ended_at, end_reason)
    SELECT gen_random_uuid(), ${id(1, 'n')}, now(), now(), now(), now() + interval '30 days',
      CASE WHEN m > 1 THEN now() - interval '1 hour' END, CASE WHEN m > 1 THEN 'signed_out' END
    FROM generate_series(1, ${userCount}) AS n, generate_series(1, 2) AS m`,
  `INSERT INTO rooms (id, kind, name, member_count, created_by, updated_seq, created_at, updated_at)
    SELECT ${id(2, 'n')}, 'public', 'Crowd ' || n, 101, '${ada.user.id}', 0, now(), now() FROM generate_series(1, ${roomCount}) AS n`,
  `INSERT INTO rooms (id, kind, name, member_count, created_by, updated_seq, created_at, updated_at)
    SELECT ${id(3, 'n')}, 'public', 'Quiet ' || n, 0, '${ada.user.id}', 0, now(), now() FROM generate_series(1, ${quietRoomCount}) AS n`,
  `INSERT INTO stream (id, head) SELECT 'room:' || id, ${messageCount / roomCount} FROM rooms WHERE name LIKE 'Crowd %'`,
  `INSERT INTO stream (id, head) SELECT 'room:' || id, 0 FROM rooms WHERE name LIKE 'Quiet %'`,
  `INSERT INTO stream (id, head) SELECT 'user:' || id, 1 FROM users WHERE username LIKE 'crowd-%'`,
  `INSERT INTO memberships (room_id, user_id, role, joined_seq, joined_at, read_seq)
    SELECT room.id, users.id, 'member', row_number() OVER (PARTITION BY room.id), now(), 0
    FROM (SELECT id, row_number() OVER () AS n FROM rooms WHERE name LIKE 'Crowd %') AS room
    JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM users) AS users ON users.n % 200 = room.n % 200 OR users.id = '${ada.user.id}'`,
  `INSERT INTO messages (id, room_id, seq, updated_seq, author_id, content, html, nonce, request_hash, created_at)
    SELECT gen_random_uuid(), ${id(2, `1 + n % ${roomCount}`)}, n / ${roomCount} + 1, 1, ${id(1, `1 + n % ${userCount}`)}, 'text', '<p>text</p>', 'nonce ' || n, '\\x00', now()
    FROM generate_series(0, ${messageCount - 1}) AS n`,
  `INSERT INTO stream_event (stream_id, seq, at, type, subject_id, author_id, payload)
    SELECT 'room:' || room_id, seq, created_at, 'message.created', id, author_id, '{}' FROM messages WHERE nonce LIKE 'nonce %'`,
  `INSERT INTO audit_entries (id, at, action, actor_id, subject_id) SELECT gen_random_uuid(), now(), 'session.started', id, id FROM users, generate_series(1, 5)`,
];

/** What the work sends to PostgreSQL, recorded as pg is asked for it. */
async function statementsOf(work: () => Promise<unknown>): Promise<Statement[]> {
  const statements: Statement[] = [];
  const { query } = pg.Client.prototype;
  const spy = vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function recorded(this: pg.Client, ...given: unknown[]) {
    const [asked, values] = given;
    if (typeof asked === 'string') statements.push({ text: asked, values: Array.isArray(values) ? values : [] });
    // One of pg's own queries, or a statement with the name of its plan.
    else statements.push(asked as Statement);
    return Reflect.apply(query, this, given) as undefined;
  });
  try {
    await work();
  } finally {
    spy.mockRestore();
  }
  return statements.filter(({ text }) => /^\s*(?:\(|select|with|insert|update|delete)/i.test(text));
}

/** The tables that its plan would look through: a large one as it is planned, a small one if there is no other way. */
function scansOf({ text, values }: Statement): Promise<string[]> {
  return withClient(async (client) => {
    const scans = async (): Promise<string[]> => {
      const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(`EXPLAIN (FORMAT JSON) ${text}`, values as unknown[]);
      return rows.flatMap((row) => sequential(row['QUERY PLAN'][0].Plan));
    };
    const chosen = await scans();
    await client.query('SET enable_seqscan = off');
    const unavoidable = await scans();
    return [...chosen.filter((table) => large.has(table)), ...unavoidable].filter((table) => table !== few);
  });
}

const sequential = (plan: Plan): string[] => [...(plan['Node Type'] === 'Seq Scan' ? [plan['Relation Name'] ?? '?'] : []), ...(plan.Plans ?? []).flatMap(sequential)];

const device = { userAgent: 'test', address: '127.0.0.1' };
const hot: Record<string, () => Promise<unknown>> = {
  'getSync': () => fixture.core.sync.get(ada.actor),
  'listRooms, joined': () => fixture.core.rooms.list(ada.actor, {}),
  'listRooms, discoverable': () => fixture.core.rooms.list(grace.actor, { scope: 'discoverable' }),
  'getRoom': () => fixture.core.rooms.get(ada.actor, room.id),
  'listMembers': () => fixture.core.members.list(ada.actor, '00000000-0000-7000-8002-000000000001', { limit: 50 }),
  'listMessages, newest': () => fixture.core.messages.list(ada.actor, '00000000-0000-7000-8002-000000000001', {}),
  'listMessages, around': () => fixture.core.messages.list(ada.actor, room.id, { around: message.id }),
  'createMessage': () => fixture.core.messages.send(ada.actor, room.id, { content: 'hot', nonce: newNonce() }),
  'createMessage, again': async () => {
    const nonce = newNonce();
    for (const content of ['hot', 'hot']) await fixture.core.messages.send(ada.actor, room.id, { content, nonce });
  },
  'markRead': () => fixture.core.messages.markRead(ada.actor, room.id, { seq: message.seq }),
  'joinRoom and leaveRoom': async () => {
    await fixture.core.members.join(grace.actor, room.id);
    await fixture.core.members.leave(grace.actor, room.id);
  },
  'the gateway lets somebody in': async () => {
    await fixture.core.access.entrances([ada, grace].map(({ user, actor }) => ({ userId: user.id, sessionId: actor.sessionId })));
    await fixture.core.access.streams(ada.user.id);
    await fixture.core.access.membership(ada.user.id, room.id);
    await fixture.core.access.fellows(ada.user.id, room.id, 500);
    await fixture.core.access.acquainted(ada.user.id, [grace.user.id]);
    await fixture.core.access.isLive(ada.actor.sessionId);
  },
  'the gateway fills a gap': async () => {
    await fixture.streams.backfill(`room:${room.id}`, 0, 200);
    await fixture.streams.heads([`room:${room.id}`, `user:${ada.user.id}`]);
  },
  'signIn': () => fixture.core.signIn.signIn({ username: ada.user.username, password: ada.password }, device),
  'refreshSession': async () => fixture.core.sessions.refresh(ada.session.refreshToken, device.address),
  'listSessions': () => fixture.core.sessions.list(ada.actor),
};

test.each(Object.entries(hot))('%s looks through no table', { timeout: 60_000 }, async (_name, work) => {
  const statements = await statementsOf(work);
  expect(statements.length).toBeGreaterThan(0);
  for (const statement of statements) expect(await scansOf(statement), statement.text).toEqual([]);
});

test('the unread count of the one busy room looks through no table, before a vacuum too', { timeout: 60_000 }, async () => {
  const young = await startTestCore();
  const [writer, reader] = [await makeUser(young.core), await makeUser(young.core)];
  const { id: roomId } = await makeRoom(young.core, writer);
  await young.core.members.join(reader.actor, roomId);
  const [statement] = await statementsOf(() => young.core.rooms.list(reader.actor, {}));
  await withClient(async (client) => {
    // Wide, as messages are: a table of many pages, of which none is known to be visible to all.
    await client.query(
      `INSERT INTO messages (id, room_id, seq, updated_seq, author_id, content, html, nonce, request_hash, created_at)
        SELECT gen_random_uuid(), $1, 1000 + n, 1, $2, repeat('text ', 30), '<p>text</p>', 'nonce ' || n, '\\x00', now() FROM generate_series(1, 20000) AS n`,
      [roomId, writer.user.id],
    );
    await client.query('ANALYZE');
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(`EXPLAIN (FORMAT JSON) ${statement?.text}`, [...(statement?.values ?? [])]);
    expect(rows.flatMap((row) => sequential(row['QUERY PLAN'][0].Plan))).not.toContain('messages');
  }, young.databaseUrl);
  await young.stop();
});

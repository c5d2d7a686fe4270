import { createLogger, type Context, runInContext } from '@confab/runtime';
import { createTestDatabase, startTcpProxy, type TcpProxy, type TestDatabase } from '@confab/testing';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDatabase, type Database } from './database.ts';
import type { Position } from './position.ts';

const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
let clone: TestDatabase;
let wire: TcpProxy;
let db: Database;

beforeAll(async () => {
  clone = await createTestDatabase();
  const maker = createDatabase({ primaryUrl: clone.url, replicaUrls: [], applicationName: 'test', logger });
  await sql`
    create function conflict_on_replica() returns text language plpgsql as $$
    begin
      if pg_is_in_recovery() then raise exception 'canceling statement due to conflict with recovery' using errcode = '40001'; end if;
      return 'answered';
    end $$`.execute(maker.primary);
  await maker.stop();
});

afterAll(() => clone.drop());

beforeEach(async () => {
  wire = await startTcpProxy(clone.replicaUrl);
  db = open([wire.url]);
});

afterEach(async () => {
  await db.stop();
  await wire.stop();
});

const open = (replicaUrls: string[]) =>
  createDatabase({ primaryUrl: clone.url, replicaUrls, applicationName: 'confab-replica-test', logger, maxReplicaLagMs: 300 });

async function servedBy(database: Database, position?: Position): Promise<'primary' | 'replica'> {
  const { rows } = await sql<{ on_replica: boolean }>`select pg_is_in_recovery() as on_replica`.execute(database.read(position));
  return rows[0]?.on_replica === true ? 'replica' : 'primary';
}

const inRotation = (database = db) => expect.poll(() => servedBy(database), { timeout: 10_000, interval: 20 }).toBe('replica');
const outOfRotation = (database = db) => expect.poll(() => servedBy(database), { timeout: 10_000, interval: 20 }).toBe('primary');

/** Writes one row and says at which position it is. */
async function insert(id: string): Promise<Position> {
  const context: Context = { requestId: 'r' };
  await runInContext(context, () => db.write((tx) => tx.insertInto('stream').values({ id }).execute()));
  return context.position ?? '';
}

test('reads go to the replica as soon as it has answered, single statements only', async () => {
  expect(await servedBy(db)).toBe('primary');
  await inRotation();
  const transaction = db.read().transaction().execute(async () => undefined);
  await expect(transaction).rejects.toThrow('a transaction belongs to write or snapshot');
});

test('a read that names a position always shows it, and comes to the replica when that has it', async () => {
  await inRotation();
  for (let i = 0; i < 40; i++) {
    const position = await insert(`read-${i}`);
    const found = await db.read(position).selectFrom('stream').select('id').where('id', '=', `read-${i}`).execute();
    expect(found).toHaveLength(1);
  }
  const position = await insert('read-last');
  await expect.poll(() => servedBy(db, position), { timeout: 10_000, interval: 20 }).toBe('replica');
});

test('no read fails when the replica dies, and it is used again when it is back', async () => {
  await inRotation();
  wire.cut();
  for (let i = 0; i < 20; i++) expect(await servedBy(db)).toBe('primary');
  wire.restore();
  await inRotation();
});

test('what was under way on a replica that hangs is answered by the primary', async () => {
  await inRotation();
  wire.hang();
  const startedAt = performance.now();
  expect(await Promise.all([servedBy(db), servedBy(db), servedBy(db)])).toEqual(['primary', 'primary', 'primary']);
  // Long before the time limit of a query.
  expect(performance.now() - startedAt).toBeLessThan(6_000);
  wire.restore();
  await inRotation();
});

test('a query that recovery cancels is asked again elsewhere; other errors are not', async () => {
  await inRotation();
  const { rows } = await sql`select conflict_on_replica() as said`.execute(db.read());
  expect(rows).toEqual([{ said: 'answered' }]);
  await expect(sql`select 1 / 0`.execute(db.read())).rejects.toMatchObject({ code: '22012' });
  expect(await servedBy(db)).toBe('replica');
});

test('a replica that lags above the limit is out, and back when it has caught up; an idle primary is no lag', async () => {
  const replica = createDatabase({ primaryUrl: clone.replicaUrl, replicaUrls: [], applicationName: 'test', logger });
  await inRotation();
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(await servedBy(db)).toBe('replica');
  try {
    // Short: other files use the same replica.
    await sql`select pg_wal_replay_pause()`.execute(replica.primary);
    await insert('lag');
    await outOfRotation();
  } finally {
    await sql`select pg_wal_replay_resume()`.execute(replica.primary);
    await replica.stop();
  }
  await inRotation();
});

test('a server that is a primary itself is never read from', async () => {
  const wrong = open([clone.url]);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(wrong.read()).toBe(wrong.primary);
  await wrong.stop();
});

test('with two replicas the one that lives serves everything', async () => {
  const both = open([wire.url, clone.replicaUrl]);
  await inRotation(both);
  wire.cut();
  // Until the poll has seen it: what comes before that falls back to the primary.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  for (let i = 0; i < 10; i++) expect(await servedBy(both)).toBe('replica');
  await both.stop();
});

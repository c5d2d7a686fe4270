import { createLogger, createMetrics, runInContext, type Context } from '@confab/runtime';
import { createTestDatabase, type TestDatabase } from '@confab/testing';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type Database, type Tx } from './database.ts';
import { constraintError } from './error-codes.ts';
import { IntegerTooLarge } from './integers.ts';
import { parsePosition } from './position.ts';
import { named } from './query-name.ts';

const lines: Record<string, unknown>[] = [];
const logger = createLogger({ name: 'test', level: 'debug', pretty: false, destination: { write: (line) => void lines.push(JSON.parse(line)) } });
const metrics = createMetrics({ process: 'test' });
let clone: TestDatabase;
let db: Database;

beforeAll(async () => {
  clone = await createTestDatabase();
  db = createDatabase({ primaryUrl: clone.applicationUrl, replicaUrls: [], applicationName: 'confab-db-test', logger, metrics, poolSize: 4 });
});

afterAll(async () => {
  await db.stop();
  await clone.drop();
});

const makeStream = (tx: Tx, id: string) => named(tx, 'test.insert').insertInto('stream').values({ id }).execute();
const streamExists = async (id: string) => (await db.primary.selectFrom('stream').select('id').where('id', '=', id).execute()).length === 1;
/** Waits for their end, and until the pool must have noticed. */
async function endBackends(): Promise<void> {
  await sql`select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'confab-db-test' and pid <> pg_backend_pid()`.execute(db.primary);
  await new Promise((resolve) => setTimeout(resolve, 50));
}

test('write commits, and answers what the work answers', async () => {
  expect(await db.write(async (tx) => (await makeStream(tx, 'a'), 'done'))).toBe('done');
  expect(await streamExists('a')).toBe(true);
});

test('write rolls back when the work throws', async () => {
  const error = new Error('no');
  await expect(db.write(async (tx) => (await makeStream(tx, 'b'), Promise.reject(error)))).rejects.toBe(error);
  expect(await streamExists('b')).toBe(false);
});

test('a transaction that an error has aborted does not pass for committed', async () => {
  const work = db.write(async (tx) => {
    await makeStream(tx, 'c');
    await sql`select 1 / 0`.execute(tx).catch(() => undefined);
  });
  await expect(work).rejects.toThrow('Transaction was rolled back');
  expect(await streamExists('c')).toBe(false);
});

test('the position of the last write stands in the context, and only moves forward', async () => {
  const context: Context = { requestId: 'r' };
  await runInContext(context, () => db.write((tx) => makeStream(tx, 'd')));
  const first = context.position ?? '';
  const { rows } = await sql<{ later: string }>`select pg_current_wal_insert_lsn()::text as later`.execute(db.primary);
  expect(parsePosition(first)).toBeLessThanOrEqual(parsePosition(rows[0]?.later ?? ''));
  await runInContext(context, () => Promise.all(['e', 'f', 'g'].map((id) => db.write((tx) => makeStream(tx, id)))));
  expect(parsePosition(context.position ?? '')).toBeGreaterThan(parsePosition(first));
});

test('what only reads leaves no position', async () => {
  const context: Context = { requestId: 'r' };
  await runInContext(context, async () => {
    await db.snapshot((tx) => tx.selectFrom('stream').select('id').execute());
    await db.primary.selectFrom('stream').select('id').execute();
  });
  expect(context.position).toBeUndefined();
});

test('a snapshot is of one moment and cannot write', async () => {
  await db.snapshot(async (tx) => {
    const count = async () => (await tx.selectFrom('stream').select(({ fn }) => fn.countAll<number>().as('n')).executeTakeFirstOrThrow()).n;
    const before = await count();
    await db.write((other) => makeStream(other, 'h'));
    expect(await count()).toBe(before);
  });
  await expect(db.snapshot((tx) => makeStream(tx, 'i'))).rejects.toMatchObject({ code: '25006' });
});

test('int8 is a number, alone and in arrays, and never a rounded one', async () => {
  const { rows } = await sql<{ n: number; many: number[] }>`select 9007199254740991::int8 as n, array[1, null, -2]::int8[] as many`.execute(db.primary);
  expect(rows[0]).toEqual({ n: Number.MAX_SAFE_INTEGER, many: [1, null, -2] });
  await expect(sql`select 9007199254740992::int8`.execute(db.primary)).rejects.toBeInstanceOf(IntegerTooLarge);
  expect((await sql`select 1 as still`.execute(db.primary)).rows).toEqual([{ still: 1 }]);
});

test('a query is logged by its name, with what it took and nothing it carried', async () => {
  lines.length = 0;
  await runInContext({ requestId: 'r-7' }, () => db.write((tx) => makeStream(tx, 'secret-id')));
  await sql`select 1 as x union select 2`.execute(named(db.primary, 'test.raw'));
  await db.primary.selectFrom('stream').select('id').where('id', '=', 'secret-id').execute();
  const queries = lines.filter(({ msg }) => msg === 'query');
  expect(queries.map(({ query }) => query)).toEqual(['test.insert', 'transaction.commit', 'test.raw', 'unnamed']);
  expect(queries[0]).toMatchObject({ level: 'debug', requestId: 'r-7', target: 'primary', rows: 1, failed: false, durationMs: expect.any(Number) });
  expect(queries[2]).toMatchObject({ rows: 2 });
  expect(JSON.stringify(lines)).not.toContain('secret-id');
});

test('durations are counted by query and server', async () => {
  await sql`select 1`.execute(named(db.primary, 'test.counted'));
  await sql`select 1 / 0`.execute(named(db.primary, 'test.counted')).catch(() => undefined);
  const counted = (await metrics.registry.metrics()).split('\n').find((line) => line.startsWith('confab_db_query_duration_seconds_count') && line.includes('query="test.counted"'));
  expect(counted).toMatch(/target="primary".* 2$/);
});

test('connections that die take neither the process nor the next query with them', async () => {
  const lost = db.write(async (tx) => {
    await makeStream(tx, 'j');
    await endBackends();
    // The news has come by now, while nothing was asked on this connection.
    await makeStream(tx, 'k');
  });
  await expect(lost.catch(constraintError)).resolves.toBe('database.unavailable');
  expect(await streamExists('j')).toBe(false);
  await Promise.all(Array.from({ length: 8 }, () => db.check()));
});

test('a database that nobody can reach is unavailable, not a mystery', async () => {
  const unreachable = createDatabase({ primaryUrl: 'postgres://confab@127.0.0.1:9/none', replicaUrls: [], applicationName: 'none', logger });
  await expect(unreachable.check().catch(constraintError)).resolves.toBe('database.unavailable');
  await unreachable.stop();
});

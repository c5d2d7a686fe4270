import { createLogger } from '@confab/runtime';
import { createTestDatabase, startTcpProxy, type TcpProxy, type TestDatabase } from '@confab/testing';
import { type Kysely, sql } from 'kysely';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { constraintError } from './error-codes.ts';
import { sqlState } from './failures.ts';
import { createPool, type Timeouts } from './pool.ts';
import { openPrimary, type Primary } from './primary-driver.ts';
import { writing } from './transaction.ts';

const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
const timeouts: Timeouts = { poolWaitMs: 1_500, connectMs: 1_500, statementMs: 1_500, queryMs: 2_500, lockMs: 150, idleInTransactionMs: 1_000 };
let clone: TestDatabase;
let proxy: TcpProxy;
let pool: pg.Pool;
type Tables = Record<string, Record<string, unknown>>;
let db: Kysely<Tables>;
let transaction: Primary<Tables>['transaction'];

beforeAll(async () => {
  clone = await createTestDatabase();
  proxy = await startTcpProxy(clone.url);
  pool = createPool({ url: proxy.url, applicationName: 'confab-pool-test', size: 2, logger, timeouts, pipeline: true });
  ({ db, transaction } = openPrimary<Tables>(pool, () => undefined));
});

afterAll(async () => {
  await pool.end();
  await proxy.stop();
  await clone.drop();
});

/** What it comes to, and how long that took. */
async function outcome(work: Promise<unknown>) {
  const startedAt = performance.now();
  const error: unknown = await work.then(() => undefined, (thrown: unknown) => thrown);
  return { code: constraintError(error), state: sqlState(error), afterMs: performance.now() - startedAt };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('a slow statement is ended by the server', async () => {
  const { afterMs, ...result } = await outcome(sql`select pg_sleep(10)`.execute(db));
  expect(result).toEqual({ code: 'service.overloaded', state: '57014' });
  expect(afterMs).toBeLessThan(5_000);
});

test('a lock is not waited for without end', async () => {
  await transaction(writing, async (tx) => {
    await sql`lock table stream in access exclusive mode; set local idle_in_transaction_session_timeout = 0`.execute(tx);
    expect(await outcome(sql`select 1 from stream`.execute(db))).toMatchObject({ code: 'service.overloaded', state: '55P03' });
  });
});

test('a transaction that does nothing loses its connection, and the pool does not keep it', async () => {
  const idle = transaction(writing, async (tx) => {
    await sql`select 1`.execute(tx);
    await pause(2_000);
    await sql`select 1`.execute(tx);
  });
  expect((await outcome(idle)).code).toMatch(/^(service.overloaded|database.unavailable)$/);
  expect((await sql`select 1 as x`.execute(db)).rows).toEqual([{ x: 1 }]);
});

test('a server that hangs is given up, in a transaction too, and its connections are not used again', async () => {
  await sql`select 1`.execute(db);
  const work = transaction(writing, async (tx) => {
    await sql`select 1`.execute(tx);
    proxy.hang();
    await sql`select 1`.execute(tx);
  });
  // One time limit, not a second one for the rollback.
  const { code, afterMs } = await outcome(work);
  expect(code).toBe('database.unavailable');
  expect(afterMs).toBeLessThan(2 * timeouts.queryMs);
  expect((await outcome(sql`select 1`.execute(db))).code).toBe('database.unavailable');
  proxy.restore();
  expect((await sql`select 1 as x`.execute(db)).rows).toEqual([{ x: 1 }]);
});

test('a pool with nothing left to give says so in time', async () => {
  const small = createPool({ url: clone.url, applicationName: 'small', size: 1, logger, timeouts });
  const lent = await small.connect();
  const { code, afterMs } = await outcome(small.query('select 1'));
  expect(code).toBe('service.overloaded');
  expect(afterMs).toBeLessThan(3 * timeouts.poolWaitMs);
  lent.release();
  await small.end();
});

test('who is patient with a full pool need not be with a server that takes no connection', async () => {
  proxy.hang();
  const patient = createPool({ url: proxy.url, applicationName: 'patient', size: 1, logger, timeouts: { ...timeouts, poolWaitMs: 15_000, connectMs: 300 } });
  const { code, afterMs } = await outcome(patient.query('select 1'));
  proxy.restore();
  await patient.end();
  expect(code).toBe('database.unavailable');
  expect(afterMs).toBeLessThan(10_000);
});

test('the URL can take out what a pooler refuses at start-up', async () => {
  const url = `${clone.url}?statement_timeout=&lock_timeout=&idle_in_transaction_session_timeout=`;
  const plain = createPool({ url, applicationName: 'plain', size: 1, logger, timeouts });
  const { rows } = await plain.query("select current_setting('statement_timeout') as s, current_setting('lock_timeout') as l");
  expect(rows).toEqual([{ s: '0', l: '0' }]);
  await plain.end();
});

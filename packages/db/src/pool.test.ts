import { createLogger } from '@confab/runtime';
import { createTestDatabase, startTcpProxy, type TcpProxy, type TestDatabase } from '@confab/testing';
import { Kysely, sql } from 'kysely';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dialect } from './dialect.ts';
import { constraintError } from './error-codes.ts';
import { createPool, type Timeouts } from './pool.ts';
import { PrimaryDriver } from './primary-driver.ts';

const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
const timeouts: Timeouts = { connectMs: 300, statementMs: 300, queryMs: 500, lockMs: 150, idleInTransactionMs: 300 };
let clone: TestDatabase;
let proxy: TcpProxy;
let pool: pg.Pool;
let db: Kysely<Record<string, Record<string, unknown>>>;

beforeAll(async () => {
  clone = await createTestDatabase();
  proxy = await startTcpProxy(clone.url);
  pool = createPool({ url: proxy.url, applicationName: 'confab-pool-test', size: 2, logger, timeouts });
  db = new Kysely({ dialect: dialect(new PrimaryDriver(pool, () => undefined)) });
});

afterAll(async () => {
  await pool.end();
  await proxy.stop();
  await clone.drop();
});

async function codeWithin(limitMs: number, work: Promise<unknown>): Promise<unknown> {
  const startedAt = performance.now();
  const code = await work.then(() => 'no error', constraintError);
  expect(performance.now() - startedAt).toBeLessThan(limitMs);
  return code;
}

test('a slow statement is ended by the server', async () => {
  expect(await codeWithin(450, sql`select pg_sleep(5)`.execute(db))).toBe('service.overloaded');
});

test('a lock is not waited for without end', async () => {
  await db.transaction().execute(async (tx) => {
    await sql`lock table stream in access exclusive mode`.execute(tx);
    expect(await codeWithin(400, sql`select 1 from stream`.execute(db))).toBe('service.overloaded');
  });
});

test('a transaction that does nothing loses its connection, and the pool does not keep it', async () => {
  const idle = db.transaction().execute(async (tx) => {
    await sql`select 1`.execute(tx);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await sql`select 1`.execute(tx);
  });
  expect(await codeWithin(1_500, idle)).toMatch(/^(service.overloaded|database.unavailable)$/);
  expect((await sql`select 1 as x`.execute(db)).rows).toEqual([{ x: 1 }]);
});

test('a server that hangs is given up, in a transaction too, and its connections are not used again', async () => {
  await sql`select 1`.execute(db);
  const work = db.transaction().execute(async (tx) => {
    await sql`select 1`.execute(tx);
    proxy.hang();
    await sql`select 1`.execute(tx);
  });
  // One time limit, not a second one for the rollback.
  expect(await codeWithin(900, work)).toBe('database.unavailable');
  expect(await codeWithin(900, sql`select 1`.execute(db))).toBe('database.unavailable');
  proxy.restore();
  expect((await sql`select 1 as x`.execute(db)).rows).toEqual([{ x: 1 }]);
});

test('a pool with nothing left to give says so in time', async () => {
  const holders = [1, 2].map(() => db.transaction().execute(() => new Promise((resolve) => setTimeout(resolve, 450))));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await codeWithin(400, sql`select 1`.execute(db))).toBe('service.overloaded');
  await Promise.allSettled(holders);
});

test('the URL can take out what a pooler refuses at start-up', async () => {
  const url = `${clone.url}?statement_timeout=&lock_timeout=&idle_in_transaction_session_timeout=`;
  const plain = createPool({ url, applicationName: 'plain', size: 1, logger, timeouts });
  const { rows } = await plain.query("select current_setting('statement_timeout') as s, current_setting('lock_timeout') as l");
  expect(rows).toEqual([{ s: '0', l: '0' }]);
  await plain.end();
});

import { createBreakers, createLogger } from '@confab/runtime';
import { createTestDatabase, startTcpProxy, type TcpProxy, type TestDatabase } from '@confab/testing';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDatabase, type Database } from './database.ts';
import { constraintError } from './error-codes.ts';
import { queryTimeouts } from './pool.ts';

const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
const patient = { timeout: 15_000, interval: 20 };
let clone: TestDatabase;
let wire: TcpProxy;
let db: Database;
let state: () => string | undefined;

beforeAll(async () => {
  clone = await createTestDatabase();
});
afterAll(() => clone.drop());

beforeEach(async () => {
  wire = await startTcpProxy(clone.url);
  const breakers = createBreakers({ logger, settings: { failures: 3, openMs: 200, probeMs: 1_000, callMs: 300 } });
  state = () => breakers.states()['database_primary'];
  db = createDatabase({ primaryUrl: wire.url, replicaUrls: [clone.replicaUrl], applicationName: 'confab-guard-test', logger, breakers });
});
afterEach(async () => {
  await db.stop();
  await wire.stop();
});

const one = () => sql<{ x: number }>`select 1 as x`.execute(db.primary).then(({ rows }) => rows[0]?.x);

async function outcome(work: Promise<unknown>) {
  const startedAt = performance.now();
  const code = await work.then(() => 'answered', (error: unknown) => constraintError(error));
  return { code, afterMs: performance.now() - startedAt };
}

async function expectFastRefusals(): Promise<void> {
  const all = await Promise.all(Array.from({ length: 50 }, () => outcome(one())));
  expect(new Set(all.map(({ code }) => code))).toEqual(new Set(['database.unavailable']));
  // Nothing was waited for; what a busy machine adds.
  expect(Math.max(...all.map(({ afterMs }) => afterMs))).toBeLessThan(1_000);
}

test('a primary that is gone is given up on without traffic, refuses at once, and is found again without traffic', async () => {
  expect([await one(), state()]).toEqual([1, 'closed']);
  wire.cut();
  await expect.poll(state, patient).toBe('open');
  await expectFastRefusals();
  wire.restore();
  await expect.poll(state, patient).toBe('closed');
  expect(await one()).toBe(1);
});

test('of a primary that hangs nothing under way waits for its time limit', async () => {
  expect(await one()).toBe(1);
  wire.hang();
  const underWay = await Promise.all(Array.from({ length: 30 }, () => outcome(one())));
  // Those with a connection fail when it is given up on, the others by then or when they have waited long enough for one.
  expect(underWay.filter(({ code }) => code !== 'database.unavailable' && code !== 'service.overloaded')).toEqual([]);
  expect(Math.max(...underWay.map(({ afterMs }) => afterMs))).toBeLessThan(queryTimeouts.queryMs);
  await expect.poll(state, patient).toBe('open');
  await expectFastRefusals();
  wire.restore();
  await expect.poll(state, patient).toBe('closed');
  expect(await one()).toBe(1);
});

test('what the primary refuses is no failure of it', async () => {
  for (let n = 0; n < 10; n += 1) expect((await outcome(sql`select 1 / 0`.execute(db.primary))).code).toBeUndefined();
  for (let n = 0; n < 10; n += 1) expect((await outcome(sql`insert into rooms (id) values (null)`.execute(db.primary))).code).toBeUndefined();
  expect([await one(), state()]).toEqual([1, 'closed']);
});

test('a replica answers reads while the primary is given up on', async () => {
  const isReplica = () => db.read(async (server) => (await sql<{ r: boolean }>`select pg_is_in_recovery() as r`.execute(server)).rows[0]?.r);
  await expect.poll(isReplica, patient).toBe(true);
  wire.cut();
  await expect.poll(state, patient).toBe('open');
  expect(await isReplica()).toBe(true);
});

test('a transaction under way when the primary is given up on fails and gives its connection back', async () => {
  const work = outcome(
    db.write(async (tx) => {
      await sql`select 1`.execute(tx);
      wire.hang();
      await expect.poll(state, patient).toBe('open');
      await sql`select 1`.execute(tx);
    }),
  );
  expect((await work).code).toBe('database.unavailable');
  wire.restore();
  await expect.poll(state, patient).toBe('closed');
  expect(await db.write(async (tx) => (await sql<{ x: number }>`select 2 as x`.execute(tx)).rows[0]?.x)).toBe(2);
});

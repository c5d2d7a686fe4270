import { createLogger } from '@confab/runtime';
import { createTestDatabase, startTcpProxy, type TcpProxy, type TestDatabase } from '@confab/testing';
import { sql, type Transaction } from 'kysely';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { constraintError } from './error-codes.ts';
import { LastStatement } from './last-statement.ts';
import { createPool, queryTimeouts } from './pool.ts';
import { openPrimary, type Primary } from './primary-driver.ts';
import { type Mode, writing } from './transaction.ts';

type Tables = { thing: { id: number } };
let clone: TestDatabase;
let wire: TcpProxy;
let pool: pg.Pool;
let primary: Primary<Tables>;

beforeAll(async () => {
  clone = await createTestDatabase();
  wire = await startTcpProxy(clone.url);
  const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
  pool = createPool({ url: wire.url, applicationName: 'confab-transaction-test', size: 1, logger, timeouts: queryTimeouts, pipeline: true });
  primary = openPrimary<Tables>(pool, () => undefined);
  await sql`create table thing (id int primary key)`.execute(primary.db);
});
afterAll(async () => {
  await pool.end();
  await wire.stop();
  await clone.drop();
});
beforeEach(async () => void (await sql`delete from thing`.execute(primary.db)));

const write: <T>(work: (tx: Transaction<Tables>) => Promise<T | LastStatement<T>>) => Promise<T> = (work) => primary.transaction(writing, work);
const insert = (tx: Transaction<Tables>, id: number) => tx.insertInto('thing').values({ id }).execute();
const inserting = (tx: Transaction<Tables>, id: number) => new LastStatement(() => insert(tx, id));
const things = async () => (await primary.db.selectFrom('thing').select('id').orderBy('id').execute()).map(({ id }) => id);
async function tripsOf(work: () => Promise<unknown>): Promise<number> {
  const trips = wire.record();
  await work();
  return trips.length;
}

test('the begin costs no round trip, nor does the commit with the last statement, nor a statement that waits for none before it', async () => {
  expect(await tripsOf(() => write((tx) => insert(tx, 1)))).toBe(2);
  expect(await tripsOf(() => write(async (tx) => inserting(tx, 2)))).toBe(1);
  expect(await tripsOf(() => write(async (tx) => (await insert(tx, 3), inserting(tx, 4).map(() => 'done'))))).toBe(2);
  expect(await tripsOf(() => write(async (tx) => (await insert(tx, 5), await Promise.all([6, 7, 8].map((id) => insert(tx, id))))))).toBe(3);
  expect(await tripsOf(() => write(async () => 'nothing'))).toBe(0);
  expect(await things()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test('a last statement that fails is rolled back by the commit behind it, with all before it', async () => {
  await write((tx) => insert(tx, 1));
  const doubled = write(async (tx) => (await insert(tx, 2), inserting(tx, 1)));
  await expect(doubled).rejects.toMatchObject({ code: '23505' });
  const unsent = write(async (tx) => (await insert(tx, 3), new LastStatement(async () => 'sent nothing')));
  await expect(unsent).rejects.toThrow('not sent');
  expect(await things()).toEqual([1]);
});

test.each<[string, (tx: Transaction<Tables>) => Promise<unknown>]>([
  ['one statement', (tx) => insert(tx, 1)],
  ['one without parameters', (tx) => sql`insert into thing values (1)`.execute(tx)],
  ['a last one', async (tx) => inserting(tx, 1)],
  ['several at once', (tx) => Promise.allSettled([1, 2, 3].map((id) => insert(tx, id)))],
  ['one after the other, whatever came of the first', (tx) => insert(tx, 1).catch(() => insert(tx, 2).catch(() => undefined))],
])('when a begin fails, nothing is done outside a transaction: %s', async (_what, work) => {
  const mode: Mode = { begin: 'begin isolation level none', isReadOnly: false };
  await expect(primary.transaction(mode, work)).rejects.toThrow(/syntax error|Transaction was rolled back/);
  expect(await things()).toEqual([]);
  expect(await tripsOf(() => write((tx) => insert(tx, 9)))).toBe(2);
});

test('what comes too late is not sent', async () => {
  let late: Transaction<Tables> | undefined;
  await write(async (tx) => (await insert((late = tx), 1), undefined));
  await expect(insert(late as Transaction<Tables>, 2)).rejects.toThrow('the transaction is over');
  let forgotten: Promise<PromiseSettledResult<unknown>[]> | undefined;
  await expect(write(async (tx) => ((forgotten = Promise.allSettled([insert(tx, 3), insert(tx, 4)])), Promise.reject(new Error('no'))))).rejects.toThrow('no');
  const [begun, never] = (await forgotten) ?? [];
  expect([begun?.status, never?.status]).toEqual(['fulfilled', 'rejected']);
  expect(await things()).toEqual([1]);
});

test('whether a commit whose answer is lost was one nobody knows, and the connection is not used again', async () => {
  const isLost = wire.loseAnswerTo('commit;', 'COMMIT');
  const lost = write(async (tx) => (await insert(tx, 1), inserting(tx, 2)));
  await expect(lost.catch(constraintError)).resolves.toBe('database.unavailable');
  await isLost;
  expect(await things()).toEqual([1, 2]);
});

test('a connection that is cut before the commit was sent leaves nothing', async () => {
  const cut = write(async (tx) => {
    await insert(tx, 1);
    wire.cut();
    wire.restore();
    return inserting(tx, 2);
  });
  await expect(cut.catch(constraintError)).resolves.toBe('database.unavailable');
  expect(await things()).toEqual([]);
});

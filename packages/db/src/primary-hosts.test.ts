import { createLogger } from '@confab/runtime';
import { createTestDatabase, startTcpProxy, type TestDatabase } from '@confab/testing';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type Database } from './database.ts';
import { constraintError } from './error-codes.ts';
import { findPrimary } from './find-primary.ts';

const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
const patient = { timeout: 20_000, interval: 20 };
let clone: TestDatabase;

beforeAll(async () => {
  clone = await createTestDatabase();
});
afterAll(() => clone.drop());

/** One address of all these servers, as libpq takes it. */
function listOf(...urls: string[]): string {
  const hosts = urls.map((url) => new URL(url).host).join(',');
  return `${clone.url.replace(/@[^/]+/, `@${hosts}`)}?target_session_attrs=read-write`;
}

async function withDatabase(primaryUrl: string, work: (db: Database) => Promise<void>): Promise<void> {
  const db = createDatabase({ primaryUrl, replicaUrls: [], applicationName: 'confab-hosts-test', logger });
  try {
    await work(db);
  } finally {
    await db.stop();
  }
}

const write = (db: Database, id: string) => db.write((tx) => tx.insertInto('stream').values({ id }).execute());

test('of several hosts the one that takes writes is written to, wherever it stands, from the first statement on', async () => {
  await withDatabase(listOf(clone.replicaUrl, clone.url), async (db) => {
    await write(db, 'first');
    const { rows } = await sql<{ r: boolean }>`select pg_is_in_recovery() as r`.execute(db.primary);
    expect(rows).toEqual([{ r: false }]);
  });
  expect(new URL(await findPrimary(listOf(clone.replicaUrl, clone.url), logger)).host).toBe(new URL(clone.url).host);
});

test('when its way is cut the next way to it is taken, and nothing waits for the first', async () => {
  const [one, two] = [await startTcpProxy(clone.url), await startTcpProxy(clone.url)];
  await withDatabase(listOf(one.url, two.url), async (db) => {
    await write(db, 'way-1');
    one.cut();
    await expect.poll(() => write(db, 'way-2').then(() => 'written', constraintError), patient).toBe('written');
    two.cut();
    expect(await write(db, 'way-3').then(() => 'written', constraintError)).toBe('database.unavailable');
    one.restore();
    await expect.poll(() => write(db, 'way-4').then(() => 'written', constraintError), patient).toBe('written');
  });
  await one.stop();
  await two.stop();
});

test('what takes no writes is not there, be it a replica or fenced off', async () => {
  await withDatabase(clone.replicaUrl, async (db) => expect(await write(db, 'no').catch(constraintError)).toBe('database.unavailable'));
  const fenced = `${clone.url}?options=${encodeURIComponent('-c default_transaction_read_only=on')}`;
  await withDatabase(fenced, async (db) => expect(await write(db, 'no').catch(constraintError)).toBe('database.unavailable'));
});

test('a connection that turns out to be read only is not used again', async () => {
  await withDatabase(clone.url, async (db) => {
    const pid = async () => (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db.primary)).rows[0]?.pid;
    const before = await pid();
    await sql`set default_transaction_read_only = on`.execute(db.primary);
    expect(await write(db, 'once').catch(constraintError)).toBe('database.unavailable');
    await write(db, 'again');
    expect(await pid()).not.toBe(before);
  });
});

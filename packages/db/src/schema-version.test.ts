import { createLogger } from '@confab/runtime';
import { createTestDatabase, startTcpProxy, type TestDatabase } from '@confab/testing';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrationNames } from '../generated/migrations.ts';
import { createDatabase, type Database } from './database.ts';

const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
let clone: TestDatabase;
let db: Database;

beforeEach(async () => {
  clone = await createTestDatabase();
  db = createDatabase({ primaryUrl: clone.url, replicaUrls: [], applicationName: 'confab-schema-test', logger });
});

afterEach(async () => {
  await db.stop();
  await clone.drop();
});

const last = migrationNames.at(-1) ?? '';

test('the schema of this version will do', async () => {
  await expect(db.checkSchema()).resolves.toBeUndefined();
});

test('a newer one will do as long as it says so', async () => {
  await sql`insert into pgmigrations (name, run_on) values ('9999_later', now())`.execute(db.primary);
  await expect(db.checkSchema()).resolves.toBeUndefined();
});

test.each([
  ['one too old', `delete from pgmigrations where name = '${last}'`, `The database lacks the migrations ${last}. Run \`pnpm migrate up\`.`],
  ['an empty one', 'drop table pgmigrations', `The database lacks the migrations ${migrationNames.join(', ')}. Run \`pnpm migrate up\`.`],
  ['one too new', "insert into pgmigrations (name, run_on) values ('9999_later', now()); update schema_version set oldest_program = 9999", 'has the migrations 9999_later, on which this version may not run any more. Start the version that knows them, or run its `pnpm migrate down 1`.'],
])('%s will not', async (_what, text, message) => {
  await sql.raw(text).execute(db.primary);
  await expect(db.checkSchema()).rejects.toThrow(message);
});

test('a database that cannot be reached yet is waited for', async () => {
  const wire = await startTcpProxy(clone.url);
  wire.cut();
  const early = createDatabase({ primaryUrl: wire.url, replicaUrls: [], applicationName: 'confab-schema-test', logger });
  try {
    const checking = early.checkSchema();
    const first = await Promise.race([checking.then(() => 'checked'), new Promise((resolve) => setTimeout(resolve, 300, 'waiting'))]);
    expect(first).toBe('waiting');
    wire.restore();
    await expect(checking).resolves.toBeUndefined();
  } finally {
    await early.stop();
    await wire.stop();
  }
});

import { createTestDatabase, type TestDatabase } from '@confab/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let clone: TestDatabase;
let owner: pg.Client;
let application: pg.Client;

beforeAll(async () => {
  clone = await createTestDatabase();
  [owner, application] = [new pg.Client(clone.url), new pg.Client(clone.applicationUrl)];
  await Promise.all([owner.connect(), application.connect()]);
  await application.query(insertEntry);
});

afterAll(async () => {
  await Promise.all([owner.end(), application.end()]);
  await clone.drop();
});

const insertEntry = "INSERT INTO audit_entries (id, at, action) VALUES (gen_random_uuid(), now(), 'session.started')";
const code = (client: pg.Client, statement: string) => client.query(statement).then(() => 'done', (error: pg.DatabaseError) => error.code);
const entries = async () => (await owner.query('SELECT FROM audit_entries')).rowCount;

const changes = [
  "UPDATE audit_entries SET action = 'nothing'",
  "UPDATE audit_entries SET action = 'nothing' WHERE false",
  "INSERT INTO audit_entries (id, at, action) SELECT id, at, action FROM audit_entries ON CONFLICT (id) DO UPDATE SET action = 'nothing'",
  'DELETE FROM audit_entries',
  'DELETE FROM audit_entries WHERE false',
  'TRUNCATE audit_entries',
];

describe('the audit trail', () => {
  test.each([
    ...changes,
    'SELECT FROM audit_entries FOR UPDATE',
    'DROP TABLE audit_entries',
    'ALTER TABLE audit_entries DISABLE TRIGGER ALL',
    'DROP TRIGGER audit_entries_append_only ON audit_entries',
    'CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$',
    "SET session_replication_role = 'replica'",
    'SET ROLE confab',
  ])('is not in reach of the application: %s', async (statement) => {
    const before = await entries();
    expect(await code(application, statement)).toBe('42501');
    expect(await entries()).toBe(before);
  });

  test.each(changes)('is not changed by its owner either: %s', async (statement) => {
    const before = await entries();
    expect(before).toBeGreaterThan(0);
    expect(await code(owner, statement)).toBe('23001');
    expect(await entries()).toBe(before);
  });

  test('is written and read', async () => {
    const before = await entries();
    await application.query(insertEntry);
    expect((await application.query('SELECT action FROM audit_entries')).rowCount).toBe((before ?? 0) + 1);
  });
});

const rights = async (where: string) =>
  (
    await owner.query<{ name: string; rights: string }>(`
      SELECT relname AS name, (SELECT string_agg(right_, ' ') FROM unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) AS right_
        WHERE has_table_privilege('confab_app', oid, right_)) AS rights
      FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND ${where} ORDER BY 1`)
  ).rows;

test('ordinary tables are read and written, those that a later migration makes too; none is owned', async () => {
  await owner.query('CREATE TABLE later (id int)');
  // By somebody who may not it does nothing, with a warning.
  await application.query('GRANT ALL ON audit_entries TO confab_app, confab_service');
  await application.query("SELECT stream_event_make_week(now() + interval '50 weeks')");
  const ordinary = await rights("relname NOT IN ('audit_entries', 'backfills', 'epochs', 'job_pools', 'pgmigrations', 'schema_version')");
  expect(ordinary.map(({ name }) => name)).toEqual(expect.arrayContaining(['users', 'sessions', 'messages', 'stream_event', 'later']));
  expect([...new Set(ordinary.map((row) => row.rights))]).toEqual(['SELECT INSERT UPDATE DELETE']);
  expect(await rights("relname IN ('audit_entries', 'backfills', 'epochs', 'job_pools', 'pgmigrations', 'schema_version')")).toEqual([
    { name: 'audit_entries', rights: 'SELECT INSERT' },
    { name: 'backfills', rights: 'SELECT' },
    { name: 'epochs', rights: 'SELECT INSERT' },
    { name: 'job_pools', rights: null },
    { name: 'pgmigrations', rights: 'SELECT' },
    { name: 'schema_version', rights: 'SELECT' },
  ]);
  expect((await owner.query("SELECT FROM pg_class WHERE relowner IN ('confab_app'::regrole, 'confab_service'::regrole)")).rowCount).toBe(0);
});

test('a week of the log is dropped for it, and nothing else', async () => {
  const { rows } = await application.query<{ name: string }>("SELECT stream_event_make_week(now() - interval '50 weeks') AS name");
  await owner.query('CREATE TABLE stream_event_1999w01 (id int)');
  for (const name of ['users', 'stream_event', 'stream_event_default', 'stream_event_1999w01', 'stream_event_1999w02']) {
    expect(await code(application, `SELECT stream_event_drop_week('${name}')`), name).toBe('42P01');
    if (name !== 'stream_event_1999w02') expect(await code(owner, `SELECT FROM ${name} LIMIT 1`)).toBe('done');
  }
  expect(await code(application, `DROP TABLE ${rows[0]?.name}`)).toBe('42501');
  expect(await code(application, `SELECT stream_event_drop_week('${rows[0]?.name}')`)).toBe('done');
  expect(await code(owner, `SELECT FROM ${rows[0]?.name}`)).toBe('42P01');
});

test('a job is left, and no job is looked at', async () => {
  expect(await code(application, "SELECT enqueue_job('greet', '{}', NULL, NULL, NULL, NULL, NULL, 'replace')")).toBe('done');
  expect((await owner.query("SELECT FROM graphile_worker.jobs WHERE task_identifier = 'greet'")).rowCount).toBe(1);
  expect(await code(application, 'SELECT FROM graphile_worker.jobs')).toBe('42501');
});

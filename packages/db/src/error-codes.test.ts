import { errors } from '@confab/contract';
import { createLogger } from '@confab/runtime';
import { createTestDatabase, type TestDatabase } from '@confab/testing';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type Database } from './database.ts';
import { constraintCodes, constraintError } from './error-codes.ts';

const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
let clone: TestDatabase;
let db: Database;

beforeAll(async () => {
  clone = await createTestDatabase();
  db = createDatabase({ primaryUrl: clone.url, replicaUrls: [], applicationName: 'confab-error-test', logger });
});

afterAll(async () => {
  await db.stop();
  await clone.drop();
});

test('every constraint of the schema has its place in the table, and the table has no other', async () => {
  const { rows } = await sql<{ name: string }>`
    select conname as name from pg_constraint join pg_class on pg_class.oid = conrelid
    where connamespace = 'public'::regnamespace and contype in ('p', 'u', 'f', 'c', 'x') and not relispartition and relname <> 'pgmigrations'
    union
    select index_class.relname from pg_index join pg_class as index_class on index_class.oid = indexrelid join pg_class as table_class on table_class.oid = indrelid
    where indisunique and index_class.relnamespace = 'public'::regnamespace and not table_class.relispartition and table_class.relname <> 'pgmigrations'`.execute(db.primary);
  expect(Object.keys(constraintCodes).toSorted()).toEqual(rows.map(({ name }) => name).toSorted());
});

const raise = (state: string) => `do $$ begin raise exception 'x' using errcode = '${state}'; end $$`;
const user = (id: string, name: string) =>
  `insert into users (id, username, email, display_name, created_at, updated_at) values ('${id}', '${name}', '${name}@example.org', 'x', now(), now())`;
const one = '00000000-0000-7000-8000-000000000001';
const two = '00000000-0000-7000-8000-000000000002';

test.each([
  ['a taken username', `${user(one, 'ann')}; ${user(two, 'ANN').replace('ANN@', 'bob@')}`, 'username.taken'],
  ['a taken address', `${user(one, 'ann')}; ${user(two, 'bob').replace('bob@', 'Ann@')}`, 'email.taken'],
  ['a member nobody knows', `insert into rooms (id, kind, name, member_count, updated_seq, created_at, updated_at) values ('${one}', 'public', 'x', 1, 1, now(), now()); insert into memberships values ('${one}', '${two}', 'member', 1, now(), 1)`, 'user.not_found'],
  ['a NUL in JSON', `select '"\\u0000"'::jsonb ->> 0`, 'request.invalid'],
  ['an id that is none', `select 'x'::uuid`, 'request.invalid'],
  ['a number out of range', 'select 99999999999999999999::int8', 'request.invalid'],
  ['a time out of range', `select 'infinity'::timestamptz + interval '1 day', '2026-13-01'::timestamptz`, 'request.invalid'],
  ['a serialisation failure', raise('40001'), 'request.conflict'],
  ['a deadlock', raise('40P01'), 'request.conflict'],
  ['a lock that did not come', raise('55P03'), 'service.overloaded'],
  ['a statement that took too long', `set local statement_timeout = '20ms'; select pg_sleep(5)`, 'service.overloaded'],
  ['a replica where the primary was', 'set transaction read only; delete from stream', 'database.unavailable'],
  ['too many connections', raise('53300'), 'database.unavailable'],
  ['a disk that is full', raise('53100'), 'database.unavailable'],
  ['a server that stops', raise('57P01'), 'database.unavailable'],
  ['a server that crashed', raise('57P02'), 'database.unavailable'],
  ['a server that starts', raise('57P03'), 'database.unavailable'],
  ['a connection failure', raise('08006'), 'database.unavailable'],
  ['a role that only a mistake of ours writes', `insert into rooms (id, kind, name, member_count, updated_seq, created_at, updated_at) values ('${one}', 'odd', 'x', 1, 1, now(), now())`, undefined],
  ['a mistake in our SQL', 'select nonsense', undefined],
])('%s', async (_what, text, code) => {
  const error: unknown = await db.write(async (tx) => void (await sql.raw(text).execute(tx))).then(
    () => expect.unreachable('the statement must fail'),
    (thrown: unknown) => thrown,
  );
  expect(constraintError(error)).toBe(code);
});

test('a NUL in a text parameter', async () => {
  const error: unknown = await sql`select ${'a\0b'}::text`.execute(db.primary).catch((thrown: unknown) => thrown);
  expect(constraintError(error)).toBe('request.invalid');
});

test('errors that are not of the database mean nothing here', () => {
  expect(constraintError(new TypeError('x'))).toBeUndefined();
  expect(constraintError(undefined)).toBeUndefined();
});

test('no constraint means a server error', () => {
  const statuses = Object.values(constraintCodes).map((code) => (code === null ? 400 : errors[code].status));
  expect(Math.max(...statuses)).toBeLessThan(500);
});

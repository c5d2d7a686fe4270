import { createDatabase, type Database } from '@confab/db';
import { createLogger } from '@confab/runtime';
import { createTestDatabase, type TestDatabase } from '@confab/testing';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { maintainLog } from './retention.ts';

let clone: TestDatabase;
let db: Database;

beforeEach(async () => {
  clone = await createTestDatabase();
  db = createDatabase({ primaryUrl: clone.applicationUrl, replicaUrls: [], applicationName: 'stream-test', logger: createLogger({ name: 'test', level: 'silent', pretty: false }) });
});
afterEach(async () => {
  await db.stop();
  await clone.drop();
});

const rows = async <T>(query: ReturnType<typeof sql<T>>) => (await query.execute(db.primary)).rows;
const insert = (seq: number, daysAgo: number) =>
  rows(sql`INSERT INTO stream_event (stream_id, seq, at, type, payload) VALUES ('room:a', ${seq}, now() - make_interval(days => ${daysAgo}), 'message.created', '{}')`);
const partitionsOf = async () =>
  (await rows(sql<{ name: string }>`SELECT relname AS name FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE inhparent = 'stream_event'::regclass ORDER BY 1`)).map(({ name }) => name);

it('makes the weeks ahead, drops what is over, and is content the second time', async () => {
  const [old] = await rows(sql<{ name: string }>`SELECT stream_event_make_week(now() - interval '60 days') AS name`);
  await insert(1, 60);
  await insert(2, 45);
  await insert(3, 10);
  await insert(4, 0);
  const before = await partitionsOf();
  const first = await maintainLog(db, { keepDays: 30, weeksAhead: 6 });
  expect(first.dropped).toEqual([old?.name]);
  expect(first.made.length).toBeGreaterThanOrEqual(2);
  expect(await partitionsOf()).toEqual([...before.filter((name) => name !== old?.name), ...first.made].toSorted());
  expect(await rows(sql`SELECT seq FROM stream_event ORDER BY seq`)).toEqual([{ seq: 3 }, { seq: 4 }]);
  expect(await maintainLog(db, { keepDays: 30, weeksAhead: 6 })).toEqual({ made: [], dropped: [] });
});

it('keeps a week as long as any of it is to be kept', async () => {
  const [week] = await rows(sql<{ name: string }>`SELECT stream_event_make_week(now() - interval '36 days') AS name`);
  const { dropped } = await maintainLog(db, { keepDays: 36, weeksAhead: 0 });
  expect(dropped).toEqual([]);
  expect(await partitionsOf()).toContain(week?.name);
});

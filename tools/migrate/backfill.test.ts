import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase } from '@confab/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { backfill, backfillNames, backfillStatus } from './backfill.ts';
import { query } from './empty-database.ts';
import { migrate, migrationsFolder } from './migrate.ts';

const patient = { timeout: 120_000 };
const rowCount = 2_000;
let root: string;
let places: { migrations: string; backfills: string };

/** Slow enough to be met in the middle of it. `times` tells how often each row was filled. */
const upperNames = `
  WITH batch AS (SELECT id FROM thing WHERE $1::text IS NULL OR id > $1::text::int ORDER BY id LIMIT $2),
  filled AS (UPDATE thing SET upper_name = upper(name), times = times + 1 FROM batch WHERE thing.id = batch.id RETURNING thing.id)
  SELECT max(id)::text AS last_key, count(*) AS row_count, pg_sleep(0.02) FROM filled`;
const expand = `
-- Up Migration
CREATE TABLE thing (id int PRIMARY KEY, name text, upper_name text, times int NOT NULL DEFAULT 0);
-- Down Migration
DROP TABLE thing;`;
const contract = `-- Backfilled: upper-names

-- Up Migration
ALTER TABLE thing DROP COLUMN name;
-- Down Migration
ALTER TABLE thing ADD COLUMN name text;`;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'backfill-'));
  places = { migrations: join(root, 'migrations'), backfills: join(root, 'backfills') };
  cpSync(migrationsFolder, places.migrations, { recursive: true });
  mkdirSync(places.backfills);
  writeFileSync(join(places.migrations, '9001_expand.sql'), expand);
  writeFileSync(join(places.migrations, '9002_contract.sql'), contract);
  writeFileSync(join(places.backfills, 'upper-names.sql'), upperNames);
  writeFileSync(join(places.backfills, 'greedy.sql'), `SELECT '1' AS last_key, $2::int + 1 AS row_count WHERE $1::text IS NULL`);
  writeFileSync(join(places.backfills, 'stuck.sql'), `SELECT coalesce($1::text, 'a') AS last_key, 1 AS row_count WHERE $2 > 0`);
});
afterAll(() => rmSync(root, { recursive: true }));

async function withThings(work: (url: string) => Promise<void>, things = rowCount): Promise<void> {
  const { url, drop } = await createTestDatabase();
  await migrate(url, 'up', { places, count: 1 });
  await query(url, `INSERT INTO thing SELECT n, 'name ' || n FROM generate_series(1, ${things}) AS n`);
  await work(url);
  await drop();
}
const folder = () => ({ folder: places.backfills });
const progress = async (url: string) => (await query(url, 'SELECT last_key, row_count::int, finished_at IS NOT NULL AS is_finished FROM backfills'))[0];
const filledTimes = (url: string) => query(url, 'SELECT times, count(*)::int, bool_and(upper_name = upper(name)) AS is_filled FROM thing GROUP BY times ORDER BY times');

/** In a process of its own, which is killed once it has filled so many rows. */
async function killAfter(url: string, rows: number): Promise<void> {
  const program = `import { backfill } from ${JSON.stringify(join(import.meta.dirname, 'backfill.ts'))};
    await backfill(...${JSON.stringify([url, 'upper-names', { ...folder(), batchRows: 20 }])});`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' });
  const gone = once(child, 'exit');
  await expect.poll(async () => Number((await progress(url))?.['row_count'] ?? 0), { timeout: 60_000, interval: 5 }).toBeGreaterThanOrEqual(rows);
  child.kill('SIGKILL');
  expect(await gone).toEqual([null, 'SIGKILL']);
}

test('killed in the middle, it goes on where it was, and fills each row once', patient, async () => {
  await withThings(async (url) => {
    await killAfter(url, 100);
    await killAfter(url, 500);
    const before = await progress(url);
    expect(before).toMatchObject({ is_finished: false });
    expect(await filledTimes(url)).toMatchObject([{ times: 0 }, { times: 1, count: before?.['row_count'], is_filled: true }]);
    // Two at once do not get into each other's way.
    const said: string[] = [];
    const both = [0, 1].map(() => backfill(url, 'upper-names', { ...folder(), batchRows: 100, say: (line) => said.push(line) }));
    expect(await Promise.all(both)).toEqual([rowCount, rowCount]);
    expect(said.length).toBeGreaterThan(5);
    expect(await filledTimes(url)).toEqual([{ times: 1, count: rowCount, is_filled: true }]);
    expect(await backfill(url, 'upper-names', folder())).toBe(rowCount);
    expect(await progress(url)).toEqual({ last_key: String(rowCount), row_count: rowCount, is_finished: true });
  });
});

test('what takes the old place away is refused by name until the backfill is finished, but not where there is nothing to fill', patient, async () => {
  await withThings(async (url) => {
    await expect(migrate(url, 'up', { places })).rejects.toThrow('The backfill upper-names is not finished. Run `pnpm migrate backfill upper-names` first.');
    expect(await filledTimes(url)).toMatchObject([{ times: 0, count: rowCount }]);
    await backfill(url, 'upper-names', folder());
    expect(await migrate(url, 'up', { places })).toEqual(['9002_contract']);
  });
  await withThings(async (url) => {
    expect(await migrate(url, 'up', { places })).toEqual(['9002_contract']);
    expect(await progress(url)).toMatchObject({ row_count: 0, is_finished: true });
  }, 0);
});

test('one that is not there, takes too much, or does not move is refused, and leaves nothing', patient, async () => {
  await withThings(async (url) => {
    await expect(backfill(url, 'lower-names', folder())).rejects.toThrow('There is no backfill lower-names. There is greedy, stuck, upper-names.');
    await expect(backfill(url, '../migrations/9001_expand', folder())).rejects.toThrow('There is no backfill');
    await expect(backfill(url, 'greedy', folder())).rejects.toThrow('1001 rows, where 1000 were wanted');
    expect(await progress(url)).toBeUndefined();
    await expect(backfill(url, 'stuck', folder())).rejects.toThrow('ended where it began');
  });
});

test('a row that somebody holds is waited for in bounds', patient, async () => {
  await withThings(async (url) => {
    const holder = new Client({ connectionString: url });
    await holder.connect();
    await holder.query('BEGIN; UPDATE thing SET name = name WHERE id = 1500');
    const said: string[] = [];
    const filling = backfill(url, 'upper-names', { ...folder(), say: (line) => said.push(line) });
    try {
      await expect.poll(() => said, patient).toContainEqual(expect.stringContaining('a lock was not to be had in time'));
      expect(await progress(url)).toMatchObject({ row_count: 1_000 });
      expect((await backfillStatus(url, places.backfills)).at(-1)).toEqual({ name: 'upper-names', rowCount: 1_000, finishedAt: null });
    } finally {
      await holder.end();
    }
    expect(await filling).toBe(rowCount);
    const never = { rowCount: undefined, finishedAt: null };
    expect(await backfillStatus(url, places.backfills)).toEqual([{ name: 'greedy', ...never }, { name: 'stuck', ...never }, { name: 'upper-names', rowCount, finishedAt: expect.any(Date) }]);
    expect(await filledTimes(url)).toMatchObject([{ times: 1 }]);
  });
});

test('batches wait for the replicas', patient, async () => {
  await withThings(async (url) => {
    // What PostgreSQL says of its replicas, said by the test: those of the cluster are everybody's.
    await query(url, `CREATE TABLE public.pg_stat_replication (application_name text, replay_lsn pg_lsn); INSERT INTO public.pg_stat_replication VALUES ('far', '0/1')`);
    const faked = `${url}?options=${encodeURIComponent('-c search_path=public,pg_catalog')}`;
    const said: string[] = [];
    const filling = backfill(faked, 'upper-names', { ...folder(), say: (line) => said.push(line) });
    await expect.poll(() => said, patient).toContainEqual(expect.stringMatching(/^waits for the replica far, which lacks \d+ bytes$/));
    expect(await progress(url)).toMatchObject({ row_count: 1_000, is_finished: false });
    await query(url, `UPDATE public.pg_stat_replication SET replay_lsn = 'F/0'`);
    expect(await filling).toBe(rowCount);
    await query(url, 'UPDATE public.pg_stat_replication SET replay_lsn = NULL; DELETE FROM backfills');
    await expect(backfill(faked, 'upper-names', folder())).rejects.toThrow('Grant it pg_monitor');
  });
});

test('every backfill of ours has a name that can be asked for', () => {
  for (const name of backfillNames()) expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
});

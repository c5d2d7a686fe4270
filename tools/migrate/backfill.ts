import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { checkout } from '../stack/places.ts';
import { withClient } from './connect.ts';
import { lockTimeoutMs } from './loader.ts';
import { insist } from './patience.ts';
import { primaryOf } from './target.ts';

/**
 * A backfill is one SQL statement in a file of its name. It fills at most `$2` rows that come after the key `$1` (null at
 * first) in the order of the key, and answers one row: `last_key`, as text, null when there was nothing left, and `row_count`.
 */
export const backfillsFolder = join(checkout, 'tools/migrate/backfills');
export const mostRows = 1_000;

export type BackfillOptions = { folder?: string | undefined; batchRows?: number | undefined; say?: ((line: string) => void) | undefined };
export type Progress = { lastKey: string | null; rowCount: number; finishedAt: Date | null };

/**
 * Goes on where it was stopped: each batch is one transaction with its progress, so that it is done once, whatever ends the
 * process. Waits for the replicas after each. Answers how many rows were filled in all.
 */
export async function backfill(databaseUrl: string, name: string, { folder, batchRows = mostRows, say }: BackfillOptions = {}): Promise<number> {
  const text = textOf(name, folder);
  return withClient(await primaryOf(databaseUrl), async (client) => {
    for (;;) {
      const { finishedAt, rowCount } = await insist(() => inTransaction(client, () => fillBatch(client, name, text, batchRows)), say);
      if (finishedAt !== null) return rowCount;
      say?.(`${name}: ${rowCount} rows so far`);
      await untilReplicasShow(client, say);
    }
  });
}

/** Refuses by name what is not finished. Where there is nothing to fill, as in a new database, it is. */
export async function demandBackfill(databaseUrl: string, name: string, { folder, say }: BackfillOptions = {}): Promise<void> {
  const text = textOf(name, folder);
  await withClient(databaseUrl, async (client) => {
    await insist(
      () =>
        inTransaction(client, async () => {
          const { finishedAt } = await fillBatch(client, name, text, 1);
          // Thrown, so that the one row is not filled either.
          if (finishedAt === null) throw new Error(`The backfill ${name} is not finished. Run \`pnpm migrate backfill ${name}\` first.`);
        }),
      say,
    );
  });
}

export function backfillNames(folder = backfillsFolder): string[] {
  return existsSync(folder) ? readdirSync(folder).map((file) => file.replace(/\.sql$/, '')).toSorted() : [];
}

export type BackfillStatus = { name: string; rowCount: number | undefined; finishedAt: Date | null };

/** Those that there are; without a number of rows where it has not begun. */
export async function backfillStatus(databaseUrl: string, folder = backfillsFolder): Promise<BackfillStatus[]> {
  const names = backfillNames(folder);
  if (names.length === 0) return [];
  return withClient(await primaryOf(databaseUrl), async (client) => {
    const { rows: [table] } = await client.query<{ exists: boolean }>("SELECT to_regclass('backfills') IS NOT NULL AS exists");
    const { rows } = table?.exists === true ? await client.query<{ name: string; row_count: string; finished_at: Date | null }>('SELECT * FROM backfills') : { rows: [] };
    return names.map((name) => {
      const row = rows.find((each) => each.name === name);
      return { name, rowCount: row === undefined ? undefined : Number(row.row_count), finishedAt: row?.finished_at ?? null };
    });
  });
}

function textOf(name: string, folder = backfillsFolder): string {
  const names = backfillNames(folder);
  if (!names.includes(name)) throw new Error(`There is no backfill ${name}. There ${names.length === 0 ? 'are none' : `is ${names.join(', ')}`}.`);
  return readFileSync(join(folder, `${name}.sql`), 'utf8');
}

async function inTransaction<T>(client: Client, work: () => Promise<T>): Promise<T> {
  await client.query(`BEGIN; SET LOCAL lock_timeout = ${lockTimeoutMs}`);
  try {
    const answer = await work();
    await client.query('COMMIT');
    return answer;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

async function fillBatch(client: Client, name: string, text: string, batchRows: number): Promise<Progress> {
  await client.query('INSERT INTO backfills (name) VALUES ($1) ON CONFLICT DO NOTHING', [name]);
  // Another process that runs the same waits here, and goes on behind this batch.
  const before = await progressOf(client, 'SELECT * FROM backfills WHERE name = $1 FOR UPDATE', [name]);
  if (before.finishedAt !== null) return before;
  const { rows } = await client.query<{ last_key: string | null; row_count: string | number }>(text, [before.lastKey, batchRows]);
  const [batch] = rows;
  if (rows.length !== 1 || batch?.last_key === undefined || batch.row_count === undefined) throw new Error(`${name}: a batch answers one row, with last_key and row_count`);
  if (Number(batch.row_count) > batchRows) throw new Error(`${name}: a batch of ${batch.row_count} rows, where ${batchRows} were wanted at most`);
  if (batch.last_key !== null && batch.last_key === before.lastKey) throw new Error(`${name}: a batch ended where it began, at ${batch.last_key}`);
  return progressOf(
    client,
    `UPDATE backfills SET last_key = coalesce($2, last_key), row_count = row_count + $3, updated_at = clock_timestamp(),
       finished_at = CASE WHEN $2::text IS NULL THEN clock_timestamp() END
     WHERE name = $1 RETURNING *`,
    [name, batch.last_key, batch.row_count],
  );
}

async function progressOf(client: Client, text: string, values: unknown[]): Promise<Progress> {
  const { rows } = await client.query<{ last_key: string | null; row_count: string; finished_at: Date | null }>(text, values);
  const [row] = rows;
  if (row === undefined) throw new Error('its progress is gone');
  return { lastKey: row.last_key, rowCount: Number(row.row_count), finishedAt: row.finished_at };
}

const lagPollMs = 100;

/** At most one batch is on its way to those who read from replicas. One that is away is not waited for. */
async function untilReplicasShow(client: Client, say: BackfillOptions['say']): Promise<void> {
  const { rows: [now] } = await client.query<{ position: string }>('SELECT pg_current_wal_flush_lsn()::text AS position');
  for (let polls = 0; ; polls += 1) {
    const { rows } = await client.query<{ name: string; lacks: string | null }>(
      `SELECT application_name AS name, pg_wal_lsn_diff($1, replay_lsn)::text AS lacks FROM pg_stat_replication
       WHERE replay_lsn IS NULL OR replay_lsn < $1`, [now?.position]);
    const [behind] = rows;
    if (behind === undefined) return;
    if (behind.lacks === null) throw new Error('This role does not see how far the replicas are. Grant it pg_monitor.');
    if (polls % 100 === 50) say?.(`waits for the replica ${behind.name}, which lacks ${behind.lacks} bytes`);
    await delay(lagPollMs);
  }
}

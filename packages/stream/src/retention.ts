import type { Database } from '@confab/db';
import { sql } from 'kysely';

export interface Retention {
  readonly keepDays: number;
  readonly weeksAhead: number;
}

/**
 * Makes the log's partitions ahead of time and drops those that ended more than `keepDays` ago. Says which. Each change is
 * its own short transaction that gives up after two seconds of waiting rather than hold up sends; the next run tries again.
 */
export async function maintainLog(db: Database, { keepDays, weeksAhead }: Retention): Promise<{ made: string[]; dropped: string[] }> {
  const made: string[] = [];
  for (let week = 0; week <= weeksAhead; week += 1) {
    const name = await db.write(async (tx) => {
      await sql`SET LOCAL lock_timeout = '2s'`.execute(tx);
      const { rows } = await sql<{ name: string | null }>`SELECT stream_event_make_week(now() + make_interval(weeks => ${week})) AS name`.execute(tx);
      return rows[0]?.name ?? null;
    });
    if (name !== null) made.push(name);
  }
  const dropped = await expiredPartitions(db, keepDays);
  for (const name of dropped) {
    await db.write(async (tx) => {
      await sql`SET LOCAL lock_timeout = '2s'`.execute(tx);
      await sql`SELECT stream_event_drop_week(${name})`.execute(tx);
    });
  }
  // What fell outside every week ages like the rest.
  await sql`DELETE FROM stream_event_default WHERE at < now() - make_interval(days => ${keepDays})`.execute(db.primary);
  return { made, dropped };
}

async function expiredPartitions(db: Database, keepDays: number): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    SELECT partition.relname AS name
    FROM pg_inherits JOIN pg_class AS partition ON partition.oid = pg_inherits.inhrelid
    WHERE pg_inherits.inhparent = 'stream_event'::regclass
      AND partition.relname ~ '^stream_event_[0-9]{4}w[0-9]{2}$'
      AND (to_date(substr(partition.relname, 14), 'IYYY"w"IW') + 7)::timestamp AT TIME ZONE 'UTC' < now() - make_interval(days => ${keepDays})
    ORDER BY partition.relname`.execute(db.primary);
  return rows.map((row) => row.name);
}

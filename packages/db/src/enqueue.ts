import { currentTraceparent } from '@confab/runtime';
import { sql } from 'kysely';
import type { Tx } from './database.ts';
import { named } from './query-name.ts';

export type JobOptions = {
  /** One job a key: a second one takes the place of the first as long as that has not begun. */
  key?: string;
  keyMode?: 'replace' | 'preserve_run_at';
  /** Jobs of one queue run one after the other. */
  queue?: string;
  runAt?: Date;
  maxAttempts?: number;
  /** Smaller runs sooner. */
  priority?: number;
};

/** Where a job's payload names the trace of its cause. Taken out before its task sees it. */
export const jobTrace = '_trace';

/** Puts a job into the transaction of its cause: it exists if and only if that commits. The payload carries ids, not what members wrote. */
export async function enqueue(tx: Tx, task: string, payload: Record<string, unknown>, options: JobOptions = {}): Promise<void> {
  const trace = currentTraceparent();
  const traced = trace === undefined ? payload : { ...payload, [jobTrace]: trace };
  await sql`
    select enqueue_job(
      task => ${task}::text,
      payload => ${JSON.stringify(traced)}::json,
      queue => ${options.queue ?? null}::text,
      run_at => ${options.runAt ?? null}::timestamptz,
      max_attempts => ${options.maxAttempts ?? null}::smallint,
      key => ${options.key ?? null}::text,
      priority => ${options.priority ?? null}::smallint,
      key_mode => ${options.keyMode ?? 'replace'}::text
    )
  `.execute(named(tx, 'job.enqueue'));
}

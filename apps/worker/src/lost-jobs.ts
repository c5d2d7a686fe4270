import type { JobPool } from '@confab/db';
import type { Logger } from '@confab/runtime';
import type { WorkerEvents } from 'graphile-worker';

export type LostJobsOptions = {
  pool: Pick<JobPool, 'query'>;
  logger: Logger;
  /** Whoever has said nothing for so long has died. Jobs may then run a second time, should he not have. */
  lostAfterMs: number;
};

export type LostJobs = {
  /** From its first word on, the pool of which these tell says that it lives, and no other. */
  watch(events: WorkerEvents): void;
  /** Settles when nothing more is asked of the database. What the pool holds then is free after a while. */
  stop(): Promise<void>;
};

const beatText = 'insert into job_pools (id) values ($1) on conflict (id) do update set seen_at = now()';
const endText = 'delete from job_pools where id = $1';
// A pool that was never heard of has died before its first word, or speaks an older version that has none.
const sweepText = `
  with silent as (
    delete from job_pools where seen_at < now() - make_interval(secs => $1) returning id
  ), unheard as (
    select distinct locked_by as id from graphile_worker.jobs
    where locked_at < now() - make_interval(secs => $1) and not exists (select from job_pools where job_pools.id = locked_by)
  ), lost as (
    select id from silent union select id from unheard
  ), held as (
    select lost.id, count(jobs.id)::int as jobs from lost join graphile_worker.jobs on locked_by = lost.id group by lost.id
  ), freed as (
    select graphile_worker.force_unlock_workers(array_agg(id)) from lost having count(*) > 0
  )
  select id, jobs from held where (select count(*) from freed) > 0`;
// graphile-worker has a function for all that a pool holds, and none for one job of it.
const unheardOfText = `
  with freed as (
    update graphile_worker._private_jobs set locked_at = null, locked_by = null
    where locked_by = $1 and locked_at < now() - make_interval(secs => $2) and id <> all ($3::bigint[])
    returning id, job_queue_id
  ), queues as (
    update graphile_worker._private_job_queues as queues set locked_at = null, locked_by = null
    from freed where queues.id = freed.job_queue_id and queues.locked_by = $1
  )
  select id from freed`;

/**
 * graphile-worker keeps the jobs of a process that was killed for four hours, as it does those that were given to a pool whose
 * connection broke before it heard of them. Here each pool says that it lives, frees what the silent hold, and what it does not
 * know of that is held in its own name.
 */
export function createLostJobs({ pool, logger, lostAfterMs }: LostJobsOptions): LostJobs {
  let id: string | undefined;
  /** Those that run, and when the others have ended: the database may not know that yet. */
  const known = new Map<string, number>();
  let turn: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const queue = (work: () => Promise<void>) => (turn = turn.then(work));

  async function beat(): Promise<void> {
    if (id === undefined) return;
    try {
      await pool.query(beatText, [id]);
      const { rows } = await pool.query<{ id: string; jobs: number }>(sweepText, [lostAfterMs / 1000]);
      for (const lost of rows) logger.warn({ pool: lost.id, jobs: lost.jobs }, 'jobs of a lost worker freed');
      await freeUnheardOf(id);
    } catch (error) {
      logger.debug({ err: error }, 'the pool could not say that it lives');
    }
  }

  async function freeUnheardOf(holder: string): Promise<void> {
    for (const [job, endedAt] of known) if (performance.now() - endedAt > lostAfterMs) known.delete(job);
    const { rows } = await pool.query<{ id: string }>(unheardOfText, [holder, lostAfterMs / 1000, [...known.keys()]]);
    if (rows.length > 0) logger.warn({ pool: holder, jobs: rows.length }, 'jobs freed that were given out and never arrived');
  }

  return {
    watch(events) {
      events.on('pool:create', ({ workerPool }) => {
        id = workerPool.id;
        timer ??= setInterval(() => void queue(beat), lostAfterMs / 5);
        void queue(beat);
      });
      events.on('job:start', ({ job }) => void known.set(job.id, Infinity));
      events.on('job:complete', ({ job }) => void known.set(job.id, performance.now()));
    },
    async stop() {
      clearInterval(timer);
      const ended = id;
      id = undefined;
      if (ended !== undefined) {
        await queue(() => pool.query(endText, [ended]).then(() => undefined, (error: unknown) => logger.debug({ err: error }, 'the pool could not say that it ends')));
      }
      await turn;
    },
  };
}

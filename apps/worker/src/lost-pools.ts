import type { JobPool } from '@confab/db';
import type { Logger } from '@confab/runtime';

export type LostPoolsOptions = {
  pool: Pick<JobPool, 'query'>;
  logger: Logger;
  /** Whoever has said nothing for so long has died. Jobs may then run a second time, should he not have. */
  lostAfterMs: number;
};

export type LostPools = {
  /** From now on this pool says that it lives. */
  began(id: string): void;
  /** Settles when nothing more is asked of the database. What it holds then is free after a while. */
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

/** graphile-worker keeps the jobs of a process that was killed for four hours. Here each pool says that it lives, and frees those of the silent. */
export function createLostPools({ pool, logger, lostAfterMs }: LostPoolsOptions): LostPools {
  let id: string | undefined;
  let turn: Promise<void> = Promise.resolve();

  async function beat(): Promise<void> {
    if (id === undefined) return;
    try {
      await pool.query(beatText, [id]);
      const { rows } = await pool.query<{ id: string; jobs: number }>(sweepText, [lostAfterMs / 1000]);
      for (const lost of rows) logger.warn({ pool: lost.id, jobs: lost.jobs }, 'jobs of a lost worker freed');
    } catch (error) {
      logger.debug({ err: error }, 'the pool could not say that it lives');
    }
  }
  const queue = (work: () => Promise<void>) => (turn = turn.then(work));
  let timer: NodeJS.Timeout | undefined;

  return {
    began(begun) {
      id = begun;
      timer ??= setInterval(() => void queue(beat), lostAfterMs / 5);
      void queue(beat);
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

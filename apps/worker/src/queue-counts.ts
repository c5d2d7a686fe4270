import type { JobPool } from '@confab/db';

export type TaskCount = { readonly ready: number; readonly scheduled: number; readonly running: number; readonly dead: number; readonly oldestReadySeconds: number };

/** More than these are not counted one by one: the figure then says "at least". */
const most = 100_000;
const withinMs = 1_000;

const text = `
  select case when task_identifier = any($1::text[]) then task_identifier else 'other' end as task,
    count(*) filter (where not is_dead and locked_at is null and run_at <= now())::int as ready,
    count(*) filter (where not is_dead and locked_at is null and run_at > now())::int as scheduled,
    count(*) filter (where locked_at is not null)::int as running,
    count(*) filter (where is_dead and locked_at is null)::int as dead,
    coalesce(extract(epoch from now() - min(run_at) filter (where not is_dead and locked_at is null and run_at <= now())), 0)::float8 as "oldestReadySeconds"
  from (select task_identifier, locked_at, run_at, attempts >= max_attempts as is_dead from graphile_worker.jobs limit ${most}) as job
  group by 1`;

/** By task; those of unknown tasks together as `other`. A task without jobs is absent. */
export async function countQueue(pool: Pick<JobPool, 'query'>, tasks: readonly string[]): Promise<ReadonlyMap<string, TaskCount>> {
  // Whoever scrapes does not wait until a server that hangs is given up on.
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${withinMs} ms`)), withinMs);
  });
  try {
    const { rows } = await Promise.race([pool.query<TaskCount & { task: string }>(text, [tasks]), expired]);
    return new Map(rows.map(({ task, ...count }) => [task, count]));
  } finally {
    clearTimeout(timer);
  }
}

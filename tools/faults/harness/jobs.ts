import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '../invariants/history.ts';
import { now } from './recorder.ts';
import type { Stage } from './stage.ts';

/** As an operator would: a job whose effect is the same however often it is done, so that only the count tells. */
export async function enqueue(stage: Stage): Promise<string> {
  const [row] = await stage.sql<{ id: string }>("SELECT (graphile_worker.add_job('delete-old-idempotency-keys')).id");
  return row?.id ?? '';
}

export async function countJobs(stage: Stage, ids: readonly string[], { withinMs, mayRepeat }: { withinMs: number; mayRepeat: boolean }): Promise<Job[]> {
  const deadline = now() + withinMs;
  let left = new Set(ids);
  while (left.size > 0 && now() < deadline) {
    const rows = await stage.sql<{ id: string }>('SELECT id FROM graphile_worker.jobs WHERE id = ANY($1)', [ids]);
    left = new Set(rows.map(({ id }) => id));
    if (left.size > 0) await sleep(200);
  }
  const lines = stage.workers.flatMap(({ app }) => app.log).filter(({ msg }) => msg === 'job done');
  return ids.map((id) => ({ name: id, done: lines.filter((line) => line['requestId'] === `job:${id}`).length, isLeft: left.has(id), mayRepeat }));
}

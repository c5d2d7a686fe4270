import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '../invariants/history.ts';
import { now } from './recorder.ts';
import type { Stage } from './stage.ts';

const everyMs = 250;

interface Left {
  readonly id: string;
  readonly attempts: number;
  readonly locked_by: string | null;
  readonly seconds: number;
  readonly last_error: string | null;
}

const stateOf = ({ attempts, locked_by: holder, seconds, last_error: error }: Left): string =>
  `${attempts} attempts, ${holder === null ? `due in ${seconds} s` : `held by ${holder}`}${error === null ? '' : `, ${error.split('\n')[0]}`}`;

export interface Work {
  /** No more is given out. */
  stop(): Promise<void>;
  /** What came of all of it, once it is done or the time is over. */
  count(options: { withinMs: number; mayRepeat: boolean }): Promise<{ jobs: Job[]; uncleared: number }>;
}

/** Work for the workers, all the time: each job comes, in one transaction, with a row that it is to delete. Its effect is the same however often it is done, so that only their log tells how often. */
export function startWork(stage: Stage, userId: string): Work {
  const ids: string[] = [];
  const operation = `faults ${randomBytes(6).toString('hex')}`;
  let isOver = false;

  async function giveOut(): Promise<void> {
    const [row] = await stage.sql<{ id: string }>(
      `WITH old AS (
        INSERT INTO idempotency_keys (user_id, operation, key, request_hash, subject_id, created_at)
        VALUES ($1, $2, gen_random_uuid(), '', $1, now() - interval '10 days') RETURNING 1)
      SELECT (graphile_worker.add_job('delete-old-idempotency-keys')).id FROM old`,
      [userId, operation],
    );
    if (row !== undefined) ids.push(row.id);
  }
  const giving = (async () => {
    // Without a primary there is no work; what was given out without an answer is done, and not counted.
    for (; !isOver; await sleep(everyMs)) await giveOut().catch(() => undefined);
  })();

  return {
    async stop() {
      isOver = true;
      await giving;
    },
    async count({ withinMs, mayRepeat }) {
      await giveOut();
      const deadline = now() + withinMs;
      let left = new Map<string, string>(ids.map((id) => [id, '']));
      while (left.size > 0 && now() < deadline) {
        const rows = await stage.sql<Left>('SELECT id, attempts, locked_by, (extract(epoch FROM run_at - now()))::int AS seconds, last_error FROM graphile_worker.jobs WHERE id = ANY($1)', [ids]);
        left = new Map(rows.map((row) => [row.id, stateOf(row)]));
        if (left.size > 0) await sleep(200);
      }
      const done = new Map<unknown, number>();
      for (const { msg, requestId } of stage.workers.flatMap((worker) => worker.log())) if (msg === 'job done') done.set(requestId, (done.get(requestId) ?? 0) + 1);
      const [row] = await stage.sql<{ count: number }>('SELECT count(*)::int AS count FROM idempotency_keys WHERE operation = $1', [operation]);
      return { jobs: ids.map((id) => ({ name: id, done: done.get(`job:${id}`) ?? 0, left: left.get(id), mayRepeat })), uncleared: row?.count ?? 0 };
    },
  };
}

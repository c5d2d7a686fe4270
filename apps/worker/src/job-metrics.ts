import type { JobPool } from '@confab/db';
import { durationBuckets, type Logger, type Metrics } from '@confab/runtime';
import { countQueue, type TaskCount } from './queue-counts.ts';

export type JobOutcome = 'done' | 'failed' | 'dead';

export type JobMetrics = {
  ended(task: string, outcome: JobOutcome, durationMs: number): void;
  /** Of all tasks together; undefined when nobody knows. */
  count(): Promise<TaskCount | undefined>;
};

export type JobMetricsDeps = {
  metrics: Metrics;
  /** The tasks that this worker knows; jobs of any other are told of as `other`. */
  tasks: readonly string[];
  pool: Pick<JobPool, 'query'>;
  logger: Logger;
};

const outcomes: readonly JobOutcome[] = ['done', 'failed', 'dead'];
const states = ['ready', 'scheduled', 'running'] as const;
/** However many ask, and however often. */
const keepMs = 2_000;

export function createJobMetrics({ metrics, tasks, pool, logger }: JobMetricsDeps): JobMetrics {
  const ended = metrics.counter({
    name: 'confab_jobs_total',
    help: 'Runs of jobs that ended, by task and outcome: done, failed (to be tried again), dead (the last attempt failed).',
    labelNames: ['task', 'outcome'],
  });
  const durations = metrics.histogram({
    name: 'confab_job_duration_seconds',
    help: 'How long a run of a job took, however it ended.',
    labelNames: ['task'],
    buckets: [...durationBuckets, 30, 60, 300],
  });
  for (const task of tasks) {
    durations.zero({ task });
    for (const outcome of outcomes) ended.inc({ task, outcome }, 0);
  }
  const counts = watchQueue({ metrics, tasks, pool, logger });
  return {
    async count() {
      const found = await counts();
      return found && [...found.values()].reduce(together, none);
    },
    ended(task, outcome, durationMs) {
      ended.inc({ task, outcome });
      durations.observe({ task }, durationMs / 1000);
    },
  };
}

const nobodyKnows: TaskCount = { ready: Number.NaN, scheduled: Number.NaN, running: Number.NaN, dead: Number.NaN, oldestReadySeconds: Number.NaN };
const none: TaskCount = { ready: 0, scheduled: 0, running: 0, dead: 0, oldestReadySeconds: 0 };

function together(a: TaskCount, b: TaskCount): TaskCount {
  return {
    ready: a.ready + b.ready,
    scheduled: a.scheduled + b.scheduled,
    running: a.running + b.running,
    dead: a.dead + b.dead,
    oldestReadySeconds: Math.max(a.oldestReadySeconds, b.oldestReadySeconds),
  };
}

/** The whole queue as the database has it, whoever works it off: every worker tells the same. NaN when nobody knows. */
function watchQueue({ metrics, tasks, pool, logger }: JobMetricsDeps): () => Promise<ReadonlyMap<string, TaskCount> | undefined> {
  const names = [...tasks, 'other'];
  let last: { at: number; counts: Promise<ReadonlyMap<string, TaskCount> | undefined> } | undefined;

  function counts(): Promise<ReadonlyMap<string, TaskCount> | undefined> {
    const now = performance.now();
    if (last === undefined || now - last.at >= keepMs) {
      last = {
        at: now,
        counts: countQueue(pool, tasks).catch((error: unknown) => {
          logger.debug({ err: error }, 'the jobs that wait could not be counted');
          return undefined;
        }),
      };
    }
    return last.counts;
  }

  const eachTask = (tell: (task: string, count: TaskCount) => void) => async () => {
    const found = await counts();
    for (const task of names) tell(task, found === undefined ? nobodyKnows : (found.get(task) ?? none));
  };
  const queued = metrics.gauge({
    name: 'confab_jobs_queued',
    help: 'Jobs in the queue, by task and state: ready (could run now), scheduled (for later), running. Of all workers together.',
    labelNames: ['task', 'state'],
    collect: eachTask((task, count) => states.forEach((state) => queued.set({ task, state }, count[state]))),
  });
  const dead = metrics.gauge({ name: 'confab_jobs_dead', help: 'Jobs that have used up their attempts and wait for somebody to look.', labelNames: ['task'], collect: eachTask((task, count) => dead.set({ task }, count.dead)) });
  const oldest = metrics.gauge({
    name: 'confab_jobs_oldest_ready_age_seconds',
    help: 'For how long the oldest job that could run has waited; 0 when none waits.',
    labelNames: ['task'],
    collect: eachTask((task, count) => oldest.set({ task }, count.oldestReadySeconds)),
  });
  return counts;
}

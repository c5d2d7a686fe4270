import { EventEmitter } from 'node:events';
import { createJobPool, type Database } from '@confab/db';
import { backoffMs, CheckFailed, type Logger, type Metrics } from '@confab/runtime';
import { Logger as JobLogger, run, type Runner, type WorkerEvents } from 'graphile-worker';
import { createCrontab } from './crontab.ts';
import { createJobMetrics, type JobMetrics } from './job-metrics.ts';
import { refuseToMigrate } from './job-schema.ts';
import { createLostJobs } from './lost-jobs.ts';
import { taskList } from './task-list.ts';
import type { Task } from './tasks.ts';

export type Jobs = {
  /** Rejects when jobs cannot be taken now. Later interruptions it mends by itself, at growing distances. */
  start(): Promise<void>;
  /** Those in the queue; undefined when the database does not say. */
  count: JobMetrics['count'];
  /** Rejects unless jobs are being taken. */
  check(): Promise<void>;
  /** Takes no more, and waits for those that run. */
  stop(): Promise<void>;
};

export type JobsOptions = {
  databaseUrl: string;
  database: Pick<Database, 'observePool'>;
  tasks: Readonly<Record<string, Task>>;
  logger: Logger;
  metrics: Metrics;
  /** How long running jobs may go on at the end before they are told to leave off. */
  abortAfterMs: number;
  /** A worker that says nothing for so long has died, and its jobs are others'. */
  lostAfterMs: number;
};

const concurrency = 5;
/** For a pool that ends without having been told to, until it is given up. */
const endMs = 5_000;

/** graphile-worker at work, from a start to an end. */
type Run = {
  readonly runner: Runner;
  readonly isTaking: boolean;
  /** Rejects, too, when it takes no more jobs and yet does not come to an end: one that could not say what became of its jobs may wait for ever. */
  readonly ended: Promise<void>;
};

export function createJobs({ databaseUrl, database, tasks, logger, metrics, abortAfterMs, lostAfterMs }: JobsOptions): Jobs {
  // Besides those of jobs, one connection waits for new ones, one is for the crontab and one says that it lives.
  const { pool: pgPool, stop: stopPool } = createJobPool({ url: databaseUrl, applicationName: 'confab-worker-jobs', size: concurrency + 3, logger }, database);
  const jobMetrics = createJobMetrics({ metrics, tasks: Object.keys(tasks), pool: pgPool, logger });
  const lostJobs = createLostJobs({ pool: pgPool, logger, lostAfterMs });
  const stopping = new AbortController();
  let current: Run | undefined;
  let supervision: Promise<void> | undefined;

  async function begin(): Promise<Run> {
    const events: WorkerEvents = new EventEmitter();
    lostJobs.watch(events);
    let isTaking = false;
    // What it asks first is kept, were it an error, and each question after it is answered with that.
    const { promise: answered, resolve: took, reject: failed } = Promise.withResolvers<void>();
    answered.then(() => (isTaking = true)).catch(() => undefined);
    events.on('worker:getJob:empty', () => took());
    events.on('job:start', () => took());
    events.on('worker:getJob:error', ({ error }) => failed(error));
    const { promise: hangs, reject: giveUp } = Promise.withResolvers<never>();
    hangs.catch(() => undefined);
    events.on('pool:gracefulShutdown', () => {
      isTaking = false;
      const withinMs = endMs + (stopping.signal.aborted ? abortAfterMs : 0);
      setTimeout(giveUp, withinMs, new Error(`jobs are not taken any more, and have not ended within ${withinMs} ms`)).unref();
    });
    const runner = await run({
      pgPool,
      taskList: taskList(tasks, jobMetrics, logger),
      parsedCronItems: createCrontab(),
      concurrency,
      noHandleSignals: true,
      events,
      gracefulShutdownAbortTimeout: abortAfterMs,
      logger: jobLogger(logger),
      preset: {
        plugins: [refuseToMigrate],
        // Unless these are set, nobody waits for a job to be struck off: the end of the process overtakes it, and an error there is nobody's.
        worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 },
      },
    });
    const begun: Run = {
      runner,
      get isTaking() {
        return isTaking;
      },
      ended: Promise.race([runner.promise, hangs]),
    };
    try {
      await Promise.race([answered, begun.ended]);
    } catch (error) {
      end(begun);
      throw error;
    }
    return begun;
  }

  /** It refuses when it ends already, which is as good. */
  const end = ({ runner }: Run) => void runner.stop().catch((error: unknown) => logger.debug({ err: error }, 'jobs were stopping already'));

  async function supervise(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        current ??= await begin();
        attempt = 0;
        if (stopping.signal.aborted) end(current);
        await current.ended;
      } catch (error) {
        logger.error({ err: error }, 'jobs interrupted');
        // The crontab of one that is given up would run on.
        if (current !== undefined) end(current);
      }
      current = undefined;
      if (stopping.signal.aborted) return;
      await pause(200 + backoffMs(attempt, { baseMs: 500, maxMs: 10_000 }), stopping.signal);
      if (stopping.signal.aborted) return;
    }
  }

  return {
    async start() {
      current = await begin();
      supervision = supervise();
    },
    count: jobMetrics.count,
    async check() {
      if (current?.isTaking !== true) throw new CheckFailed('not_running', 'no jobs are being taken');
    },
    async stop() {
      stopping.abort();
      if (current !== undefined) end(current);
      await supervision;
      await lostJobs.stop();
      await stopPool();
    },
  };
}

/** Its own lines tell of every poll and task: only its warnings are news. */
function jobLogger(logger: Logger): JobLogger {
  return new JobLogger(() => (level, message) => {
    if (level === 'error' || level === 'warning') logger.warn({ level }, message);
    else logger.trace(message);
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}

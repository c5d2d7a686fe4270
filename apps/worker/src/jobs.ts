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
/** For a pool that stops by itself, until it is given up. */
const endMs = 5_000;

export function createJobs({ databaseUrl, database, tasks, logger, metrics, abortAfterMs, lostAfterMs }: JobsOptions): Jobs {
  // Besides those of jobs, one connection waits for new ones, one is for the crontab and one says that it lives.
  const { pool: pgPool, stop: stopPool } = createJobPool({ url: databaseUrl, applicationName: 'confab-worker-jobs', size: concurrency + 3, logger }, database);
  const jobMetrics = createJobMetrics({ metrics, tasks: Object.keys(tasks), pool: pgPool, logger });
  const events: WorkerEvents = new EventEmitter();
  const lostJobs = createLostJobs({ pool: pgPool, events, logger, lostAfterMs });
  const stopping = new AbortController();
  // Who could not say what became of a job stops by himself, and may hang at that. Others then free what he holds: he is not said to live any more.
  let hangs = Promise.withResolvers<never>();
  hangs.promise.catch(() => undefined);
  events.on('pool:fatalError', () => void setTimeout(hangs.reject, endMs, new Error('a pool of jobs does not come to its end')).unref());
  let runner: Runner | undefined;
  let supervision: Promise<void> | undefined;

  const begin = () =>
    run({
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

  async function supervise(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        runner ??= await begin();
        attempt = 0;
        if (stopping.signal.aborted) await runner.stop();
        await Promise.race([runner.promise, hangs.promise]);
      } catch (error) {
        logger.error({ err: error }, 'jobs interrupted');
        // Of one that was given up, the crontab still runs.
        runner?.stop().catch(() => undefined);
      }
      runner = undefined;
      hangs = Promise.withResolvers();
      hangs.promise.catch(() => undefined);
      if (stopping.signal.aborted) return;
      await pause(200 + backoffMs(attempt, { baseMs: 500, maxMs: 10_000 }), stopping.signal);
      if (stopping.signal.aborted) return;
    }
  }

  return {
    async start() {
      runner = await begin();
      supervision = supervise();
    },
    count: jobMetrics.count,
    async check() {
      if (runner === undefined) throw new CheckFailed('not_running', 'no jobs are being taken');
    },
    async stop() {
      stopping.abort();
      // It refuses when it is about to stop by itself, which is as good.
      await Promise.race([runner?.stop(), hangs.promise]).catch((error: unknown) => logger.debug({ err: error }, 'jobs were stopping already'));
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

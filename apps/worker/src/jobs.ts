import { createJobPool } from '@confab/db';
import { backoffMs, type Logger, runInContext } from '@confab/runtime';
import { type Job, Logger as JobLogger, run, type Runner, type TaskList } from 'graphile-worker';
import { createCrontab } from './crontab.ts';
import { refuseToMigrate } from './job-schema.ts';
import type { Task } from './tasks.ts';

export type Jobs = {
  /** Rejects when jobs cannot be taken now. Later interruptions it mends by itself, at growing distances. */
  start(): Promise<void>;
  /** Rejects unless jobs are being taken. */
  check(): Promise<void>;
  /** Takes no more, and waits for those that run. */
  stop(): Promise<void>;
};

export type JobsOptions = {
  databaseUrl: string;
  tasks: Readonly<Record<string, Task>>;
  logger: Logger;
  /** How long running jobs may go on at the end before they are told to leave off. */
  abortAfterMs: number;
};

const concurrency = 5;

export function createJobs({ databaseUrl, tasks, logger, abortAfterMs }: JobsOptions): Jobs {
  // Besides those of jobs, one connection waits for new ones and one is for the crontab.
  const { pool: pgPool, stop: stopPool } = createJobPool({ url: databaseUrl, applicationName: 'confab-worker-jobs', size: concurrency + 2, logger });
  const stopping = new AbortController();
  let runner: Runner | undefined;
  let supervision: Promise<void> | undefined;

  const begin = () =>
    run({
      pgPool,
      taskList: taskList(tasks, logger),
      parsedCronItems: createCrontab(),
      concurrency,
      noHandleSignals: true,
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
        await runner.promise;
      } catch (error) {
        logger.error({ err: error }, 'jobs interrupted');
      }
      runner = undefined;
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
    async check() {
      if (runner === undefined) throw new Error('no jobs are being taken');
    },
    async stop() {
      stopping.abort();
      // It refuses when it is about to stop by itself, which is as good.
      await runner?.stop().catch((error: unknown) => logger.debug({ err: error }, 'jobs were stopping already'));
      await supervision;
      await stopPool();
    },
  };
}

function taskList(tasks: Readonly<Record<string, Task>>, logger: Logger): TaskList {
  const list: TaskList = {};
  for (const [name, task] of Object.entries(tasks)) {
    list[name] = (payload, { job, abortSignal }) => runInContext({ requestId: `job:${job.id}` }, () => runTask(name, task, payload, job, abortSignal, logger));
  }
  return list;
}

async function runTask(name: string, task: Task, payload: unknown, job: Job, signal: AbortSignal, logger: Logger): Promise<void> {
  const startedAt = performance.now();
  const fields = () => ({ task: name, attempt: job.attempts, durationMs: Math.round(performance.now() - startedAt) });
  try {
    const outcome = await task(payload, signal);
    logger.info({ ...fields(), outcome }, 'job done');
  } catch (error) {
    logger.error({ ...fields(), isLastAttempt: job.attempts >= job.max_attempts, err: error }, 'job failed');
    throw error;
  }
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

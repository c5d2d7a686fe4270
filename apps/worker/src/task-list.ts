import { jobTrace } from '@confab/db';
import { type Logger, runEntry } from '@confab/runtime';
import type { Job, TaskList } from 'graphile-worker';
import type { JobMetrics } from './job-metrics.ts';
import type { Task } from './tasks.ts';

/** Each run of a task a span and a context of its own, in the trace of what enqueued it, with a line at its start and its end. */
export function taskList(tasks: Readonly<Record<string, Task>>, metrics: JobMetrics, logger: Logger): TaskList {
  const list: TaskList = {};
  for (const [name, task] of Object.entries(tasks)) {
    list[name] = (payload, { job, abortSignal }) => {
      const { own, traceparent } = withoutTrace(payload);
      const attributes = { 'confab.job.task': name, 'confab.job.id': String(job.id), 'confab.job.attempt': job.attempts };
      return runEntry({ requestId: `job:${job.id}`, name: `job ${name}`, kind: 'consumer', traceparent, isTrusted: true, attributes }, () =>
        runTask(name, task, own, job, abortSignal, metrics, logger),
      );
    };
  }
  return list;
}

async function runTask(name: string, task: Task, payload: unknown, job: Job, signal: AbortSignal, metrics: JobMetrics, logger: Logger): Promise<void> {
  const startedAt = performance.now();
  const fields = () => ({ task: name, attempt: job.attempts, durationMs: Math.round(performance.now() - startedAt) });
  logger.debug({ task: name, attempt: job.attempts, waitedMs: Date.now() - job.run_at.getTime() }, 'job started');
  try {
    const outcome = await task(payload, signal);
    metrics.ended(name, 'done', performance.now() - startedAt);
    logger.info({ ...fields(), outcome }, 'job done');
  } catch (error) {
    const isLastAttempt = job.attempts >= job.max_attempts;
    metrics.ended(name, isLastAttempt ? 'dead' : 'failed', performance.now() - startedAt);
    // What has died stays in the table and runs no more; the other is tried again.
    logger.error({ ...fields(), isLastAttempt, err: error }, isLastAttempt ? 'job died' : 'job failed');
    throw error;
  }
}

function withoutTrace(payload: unknown): { own: unknown; traceparent: string | undefined } {
  if (typeof payload !== 'object' || payload === null || !(jobTrace in payload)) return { own: payload, traceparent: undefined };
  const { [jobTrace]: traceparent, ...own } = payload;
  return { own, traceparent: typeof traceparent === 'string' ? traceparent : undefined };
}

import { tracingChannel } from 'node:diagnostics_channel';
import { currentContext, type Logger, type Metrics, recordSpan, startAtZero } from '@confab/runtime';
import { type BatchOperationContext, CHANNELS, type CommandTraceContext } from 'redis';
import { commandClass, commandClasses } from './command-class.ts';

export type ObserverOptions = { readonly logger: Logger; readonly metrics?: Metrics };

type Command = CommandTraceContext & { error?: unknown };
type Batch = BatchOperationContext & { error?: unknown };

/**
 * One observation and, where something is traced, one span for each command of every client of this process; its time goes
 * to whoever waited for it. Its name and class alone: keys and values are whose they are. Subscriptions are no commands here.
 * Answers how to stop.
 */
export function observeRedis({ logger, metrics }: ObserverOptions): () => void {
  const duration = metrics?.histogram({
    name: 'confab_redis_command_duration_seconds',
    help: 'From asking for a command to having its answer, waiting for a connection included, by class: read, write, script, pubsub, stream, transaction, connection, other.',
    labelNames: ['command_class'],
    buckets: [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1, 2.5, 5],
  });
  const errors = metrics?.counter({
    name: 'confab_redis_errors_total',
    help: 'Commands that failed: answered with an error, or not at all. By class, as above.',
    labelNames: ['command_class'],
  });
  if (errors !== undefined) startAtZero(errors, 'command_class', commandClasses);

  function ended(command: string, durationMs: number, error: unknown): void {
    const kind = commandClass(command);
    // A script that the server does not know yet is sent again with its text.
    const failed = error !== undefined && !isUnknownScript(error);
    duration?.observe({ command_class: kind }, durationMs / 1000);
    if (failed) errors?.inc({ command_class: kind });
    currentContext()?.waits?.ended('redis', durationMs);
    recordSpan(command, {
      kind: 'client',
      durationMs,
      attributes: { 'db.system.name': 'redis', 'db.operation.name': command, 'confab.redis.command_class': kind },
      ...(failed ? { error } : {}),
    });
    // Not the watchdog's pings: they are nobody's.
    if (currentContext() !== undefined && logger.isLevelEnabled('debug')) {
      logger.debug({ command, commandClass: kind, durationMs: Math.round(durationMs * 1000) / 1000, failed }, 'redis command');
    }
  }

  const stopCommands = listen<Command>(CHANNELS.TRACE_COMMAND, ({ command, error }, durationMs) => ended(command, durationMs, error));
  // What goes in a transaction is not told one by one; a pipeline's commands are.
  const stopBatches = listen<Batch>(CHANNELS.TRACE_BATCH, ({ batchMode, error }, durationMs) => {
    if (batchMode === 'MULTI') ended('EXEC', durationMs, error);
  });
  return () => {
    stopCommands();
    stopBatches();
  };
}

/** node-redis tells of each command on a channel of Node's diagnostics; the listener runs in the context of who asked. */
function listen<C extends object>(name: string, ended: (context: C, durationMs: number) => void): () => void {
  const begun = new WeakMap<object, number>();
  const listeners = {
    start: (context: object) => void begun.set(context, performance.now()),
    end: () => undefined,
    asyncStart: () => undefined,
    asyncEnd(context: object) {
      const startedAt = begun.get(context);
      if (startedAt !== undefined) ended(context as C, performance.now() - startedAt);
    },
    error: () => undefined,
  };
  const channel = tracingChannel<unknown, object>(name);
  channel.subscribe(listeners);
  return () => channel.unsubscribe(listeners);
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

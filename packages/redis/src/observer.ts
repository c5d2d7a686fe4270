import { currentContext, type Logger, type Metrics, recordSpan, startAtZero } from '@confab/runtime';
import { commandClass, commandClasses } from './command-class.ts';

export type ObserverOptions = { readonly logger: Logger; readonly metrics?: Metrics };

/** Asks for the command, by its name in capitals, and looks on. */
export type Observe = <T>(command: string, ask: () => Promise<T>) => Promise<T>;

export const unobserved: Observe = async (_command, ask) => ask();

/**
 * One a process, for all of its clients: one observation and, where something is traced, one span for each command; its time
 * goes to whoever waited for it. Its name and class alone: keys and values are whose they are. Subscriptions are no commands here.
 * (The library's own channel of diagnostics costs as much as the command.)
 */
export function createRedisObserver({ logger, metrics }: ObserverOptions): Observe {
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

  function ended(command: string, startedAt: number, error?: unknown): void {
    const durationMs = performance.now() - startedAt;
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

  return async (command, ask) => {
    const startedAt = performance.now();
    try {
      const answer = await ask();
      ended(command, startedAt);
      return answer;
    } catch (error) {
      ended(command, startedAt, error);
      throw error;
    }
  };
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

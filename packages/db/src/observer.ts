import { currentContext, durationBuckets, type Logger, type Metrics, recordSpan } from '@confab/runtime';
import type { Target } from './pool.ts';

export type Observation = { query: string; target: Target; durationMs: number; rows: number; failed: boolean };
export type Observer = (observation: Observation) => void;

/**
 * One debug line, one observation and, where something is traced, one span a statement; its time goes to whoever waited for
 * it. Neither text nor parameters: they carry what members wrote.
 */
export function createObserver({ logger, metrics }: { logger: Logger; metrics?: Metrics | undefined }): Observer {
  const duration = metrics?.histogram({
    name: 'confab_db_query_duration_seconds',
    help: 'From sending a statement to having its rows, by name of the query and server.',
    labelNames: ['query', 'target'],
    buckets: [...durationBuckets],
  });
  return (observation) => {
    const { query, target, durationMs, rows, failed } = observation;
    duration?.observe({ query, target }, durationMs / 1000);
    currentContext()?.waits?.ended('database', durationMs);
    recordSpan(query, {
      kind: 'client',
      durationMs,
      attributes: { 'db.system.name': 'postgresql', 'db.query.summary': query, 'confab.db.target': target, 'db.response.returned_rows': rows },
      ...(failed ? { error: 'statement.failed' } : {}),
    });
    if (logger.isLevelEnabled('debug')) {
      logger.debug({ ...observation, durationMs: Math.round(durationMs * 1000) / 1000 }, 'query');
    }
  };
}

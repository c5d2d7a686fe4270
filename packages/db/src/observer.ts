import { durationBuckets, type Logger, type Metrics } from '@confab/runtime';
import type { Target } from './pool.ts';

export type Observation = { query: string; target: Target; durationMs: number; rows: number; failed: boolean };
export type Observer = (observation: Observation) => void;

/** One debug line and one observation a statement. Neither text nor parameters: they carry what members wrote. */
export function createObserver({ logger, metrics }: { logger: Logger; metrics?: Metrics | undefined }): Observer {
  const duration = metrics?.histogram({
    name: 'confab_db_query_duration_seconds',
    help: 'From sending a statement to having its rows, by name of the query and server.',
    labelNames: ['query', 'target'],
    buckets: [...durationBuckets],
  });
  return (observation) => {
    duration?.observe({ query: observation.query, target: observation.target }, observation.durationMs / 1000);
    if (logger.isLevelEnabled('debug')) {
      logger.debug({ ...observation, durationMs: Math.round(observation.durationMs * 1000) / 1000 }, 'query');
    }
  };
}

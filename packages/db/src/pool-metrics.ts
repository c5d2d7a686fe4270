import { durationBuckets, type Metrics } from '@confab/runtime';
import type pg from 'pg';

/** Tells of a pool under its name: `primary`, `replica_1`, `jobs`. */
export type ObservePool = (name: string, pool: pg.Pool) => void;

type Lent = (error: Error | undefined, client: pg.PoolClient | undefined, done: (release?: unknown) => void) => void;

/** One for each process, however many pools it has. */
export function createPoolMetrics(metrics: Metrics | undefined): ObservePool {
  if (metrics === undefined) return () => undefined;
  const pools = new Map<string, pg.Pool>();
  const eachPool = (tell: (name: string, pool: pg.Pool) => void) => () => pools.forEach((pool, name) => tell(name, pool));
  const limit = metrics.gauge({ name: 'confab_db_pool_limit', help: 'Connections that the pool may open.', labelNames: ['pool'], collect: eachPool((pool, { options }) => limit.set({ pool }, options.max)) });
  const connections = metrics.gauge({
    name: 'confab_db_pool_connections',
    help: 'Open connections of the pool, by whether they are lent out (busy) or not (idle).',
    labelNames: ['pool', 'state'],
    collect: eachPool((pool, { totalCount, idleCount }) => {
      connections.set({ pool, state: 'busy' }, totalCount - idleCount);
      connections.set({ pool, state: 'idle' }, idleCount);
    }),
  });
  const waiting = metrics.gauge({ name: 'confab_db_pool_waiting', help: 'Callers that wait for a connection of the pool.', labelNames: ['pool'], collect: eachPool((pool, { waitingCount }) => waiting.set({ pool }, waitingCount)) });
  const waits = metrics.histogram({ name: 'confab_db_pool_wait_seconds', help: 'From asking the pool for a connection to having it, or to giving up.', labelNames: ['pool'], buckets: [...durationBuckets] });

  return (name, pool) => {
    pools.set(name, pool);
    waits.zero({ pool: name });
    measureWaits(pool, (seconds) => waits.observe({ pool: name }, seconds));
  };
}

/** Whoever wants a connection comes through `connect`, the pool's own `query` too. */
function measureWaits(pool: pg.Pool, told: (seconds: number) => void): void {
  const connect = pool.connect.bind(pool) as { (): Promise<pg.PoolClient>; (callback: Lent): void };
  function measured(callback?: Lent): Promise<pg.PoolClient> | void {
    const startedAt = performance.now();
    const tell = () => told((performance.now() - startedAt) / 1000);
    if (callback === undefined) return connect().finally(tell);
    connect((error, client, done) => {
      tell();
      callback(error, client, done);
    });
  }
  pool.connect = measured as pg.Pool['connect'];
}

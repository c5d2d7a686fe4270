import type { Logger } from '@confab/runtime';
import type pg from 'pg';
import type { Database } from './database.ts';
import { connectionsOf, createPool, pollTimeouts, queryTimeouts, type Timeouts } from './pool.ts';
import { openPrimaryHosts } from './primary-hosts.ts';
import { watchServer } from './watch.ts';

/** Nobody's request waits for these. */
const timeouts: Timeouts = Object.freeze({ ...queryTimeouts, poolWaitMs: 10_000, connectMs: 3_000 });

export type JobPool = pg.Pool;

export type JobPoolOptions = { url: string; applicationName: string; size: number; logger: Logger };

/** For graphile-worker, which waits for jobs on a connection of its own and keeps their ids as text. The primary, never through a pooler. */
export function createJobPool({ url, applicationName, size, logger }: JobPoolOptions, { observePool }: Pick<Database, 'observePool'>): { pool: JobPool; stop(): Promise<void> } {
  const hosts = openPrimaryHosts({ url, applicationName, logger, timeouts: pollTimeouts });
  const watch = watchServer(() => hosts.look());
  const pool = createPool({ url: () => hosts.url, applicationName, size, logger, timeouts, admit: hosts.admit });
  observePool('jobs', pool);
  const connections = connectionsOf(pool);
  hosts.onMove(() => connections.drop());
  return {
    pool,
    async stop() {
      await watch.stop();
      await Promise.all([pool.end(), hosts.stop()]);
    },
  };
}

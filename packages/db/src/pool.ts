import type { Breaker, Logger } from '@confab/runtime';
import pg from 'pg';
import type { Database } from './database.ts';
import { GuardedPool } from './guarded-pool.ts';

export type Target = 'primary' | 'replica';

export type PoolOptions = {
  url: string;
  applicationName: string;
  size: number;
  logger: Logger;
  timeouts: Timeouts;
  /** pg's own when absent. */
  types?: pg.CustomTypesConfig;
  /** Statements are sent without waiting for the answers of those before. */
  pipeline?: boolean;
};

export type Timeouts = {
  /** All that a caller waits until he has a connection, be it that all are lent out, be it that a new one must be opened. */
  poolWaitMs: number;
  /** For opening one. More than poolWaitMs is for pools whose callers are patient. */
  connectMs: number;
  /** The server gives a statement up. */
  statementMs: number;
  /** The client gives up: only a server that hangs lets it come to this. More than statementMs. */
  queryMs: number;
  lockMs: number;
  idleInTransactionMs: number;
};

export const queryTimeouts: Timeouts = Object.freeze({
  poolWaitMs: 2_000,
  connectMs: 2_000,
  statementMs: 10_000,
  queryMs: 12_000,
  lockMs: 5_000,
  idleInTransactionMs: 15_000,
});

/** A poll that takes longer than this is as good as no answer. */
export const pollTimeouts: Timeouts = Object.freeze({ poolWaitMs: 1_000, connectMs: 1_000, statementMs: 1_000, queryMs: 1_500, lockMs: 1_000, idleInTransactionMs: 1_000 });

/**
 * pgbouncer in transaction mode refuses three of these as start-up parameters. There the URL takes them out again
 * (`?statement_timeout=&lock_timeout=&idle_in_transaction_session_timeout=`) and `ALTER ROLE … SET` puts them in.
 */
export function createPool(options: PoolOptions): pg.Pool {
  return listened(new pg.Pool(configOf(options)), options);
}

export function createGuardedPool(options: PoolOptions, breaker: Breaker): GuardedPool {
  return listened(new GuardedPool(configOf(options), breaker), options);
}

function configOf({ url, applicationName, size, timeouts, types, pipeline = false }: PoolOptions): pg.PoolConfig {
  return {
    connectionString: url,
    application_name: applicationName,
    max: size,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    connectionTimeoutMillis: timeouts.poolWaitMs,
    // The pool hands its own limit on to its connections.
    Client: class extends pg.Client {
      constructor(config?: pg.ClientConfig) {
        super({ ...config, connectionTimeoutMillis: timeouts.connectMs });
      }
    },
    statement_timeout: timeouts.statementMs,
    query_timeout: timeouts.queryMs,
    lock_timeout: timeouts.lockMs,
    idle_in_transaction_session_timeout: timeouts.idleInTransactionMs,
    pipeline,
    ...(types === undefined ? {} : { types }),
  };
}

/** Without these two a connection that dies takes the process with it: the first hears the idle ones, the second those that are lent out, whose borrower learns of it by the next query. */
function listened<P extends pg.Pool>(pool: P, { logger }: PoolOptions): P {
  pool.on('error', (error) => logger.warn({ err: error }, 'database connection lost'));
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** Nobody's request waits for these. */
const jobTimeouts: Timeouts = Object.freeze({ ...queryTimeouts, poolWaitMs: 10_000, connectMs: 3_000 });

export type JobPool = pg.Pool;

/** For graphile-worker, which waits for jobs on a connection of its own and keeps their ids as text. The primary, never through a pooler. */
export function createJobPool(options: Omit<PoolOptions, 'timeouts' | 'types'>, { observePool }: Pick<Database, 'observePool'>): JobPool {
  const pool = createPool({ ...options, timeouts: jobTimeouts });
  observePool('jobs', pool);
  return pool;
}

import type { Logger } from '@confab/runtime';
import pg from 'pg';

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
  connectMs: number;
  /** The server gives a statement up. */
  statementMs: number;
  /** The client gives up: only a server that hangs lets it come to this. Must be more than statementMs. */
  queryMs: number;
  lockMs: number;
  idleInTransactionMs: number;
};

export const queryTimeouts: Timeouts = Object.freeze({ connectMs: 3_000, statementMs: 10_000, queryMs: 12_000, lockMs: 5_000, idleInTransactionMs: 15_000 });

/** A poll that takes longer than this is as good as no answer. */
export const pollTimeouts: Timeouts = Object.freeze({ connectMs: 1_000, statementMs: 1_000, queryMs: 1_500, lockMs: 1_000, idleInTransactionMs: 1_000 });

/**
 * pgbouncer in transaction mode refuses three of these as start-up parameters. There the URL takes them out again
 * (`?statement_timeout=&lock_timeout=&idle_in_transaction_session_timeout=`) and `ALTER ROLE … SET` puts them in.
 */
export function createPool({ url, applicationName, size, logger, timeouts, types, pipeline = false }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: applicationName,
    max: size,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    connectionTimeoutMillis: timeouts.connectMs,
    statement_timeout: timeouts.statementMs,
    query_timeout: timeouts.queryMs,
    lock_timeout: timeouts.lockMs,
    idle_in_transaction_session_timeout: timeouts.idleInTransactionMs,
    pipeline,
    ...(types === undefined ? {} : { types }),
  });
  // Without these two a connection that dies takes the process with it: the first hears the idle ones, the second the
  // ones that are lent out, whose borrower learns of it by the next query.
  pool.on('error', (error) => logger.warn({ err: error }, 'database connection lost'));
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** For graphile-worker, which waits for jobs on a connection of its own and keeps their ids as text. The primary, never through a pooler. */
export function createJobPool({ url, applicationName, size, logger }: Omit<PoolOptions, 'timeouts' | 'types'>): pg.Pool {
  return createPool({ url, applicationName, size, logger, timeouts: queryTimeouts });
}

import type { Breaker, Logger } from '@confab/runtime';
import pg from 'pg';
import { GuardedPool } from './guarded-pool.ts';

export type Target = 'primary' | 'replica';

export type PoolOptions = {
  /** Asked for each new connection where it may become another one. */
  url: string | (() => string);
  applicationName: string;
  size: number;
  logger: Logger;
  timeouts: Timeouts;
  /** pg's own when absent. */
  types?: pg.CustomTypesConfig;
  /** Statements are sent without waiting for the answers of those before. */
  pipeline?: boolean;
  /** Rejects when a new connection is not to be used; what it may still take of the time for opening one. */
  admit?: (client: pg.ClientBase, withinMs: number) => Promise<void>;
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

/** With the wait for a replica, which may come before it, two seconds. */
export const queryTimeouts: Timeouts = Object.freeze({
  poolWaitMs: 1_500,
  connectMs: 1_500,
  statementMs: 10_000,
  queryMs: 12_000,
  lockMs: 5_000,
  idleInTransactionMs: 15_000,
});

/** The primary is there too: no reason to wait long for a replica. */
export const replicaTimeouts: Timeouts = Object.freeze({ ...queryTimeouts, poolWaitMs: 500, connectMs: 500 });

/** What holds for a login where a pooler keeps start-up parameters away: `ALTER ROLE … SET`. */
export const loginSettings: Readonly<Record<string, number>> = Object.freeze({
  statement_timeout: queryTimeouts.statementMs,
  lock_timeout: queryTimeouts.lockMs,
  idle_in_transaction_session_timeout: queryTimeouts.idleInTransactionMs,
});

/** A poll that takes longer than this is as good as no answer. */
export const pollTimeouts: Timeouts = Object.freeze({ poolWaitMs: 1_000, connectMs: 1_000, statementMs: 1_000, queryMs: 1_500, lockMs: 1_000, idleInTransactionMs: 1_000 });

/**
 * pgbouncer in transaction mode refuses three of these as start-up parameters. There the URL takes them out again
 * (`?statement_timeout=&lock_timeout=&idle_in_transaction_session_timeout=`) and `loginSettings` put them in.
 */
export function createPool(options: PoolOptions): pg.Pool {
  return listened(new pg.Pool(configOf(options)), options);
}

export function createGuardedPool(options: PoolOptions, breaker: Breaker, settled?: Promise<void>): GuardedPool {
  return listened(new GuardedPool(configOf(options), breaker, settled), options);
}

function configOf({ url, applicationName, size, timeouts, types, pipeline = false, admit }: PoolOptions): pg.PoolConfig {
  const leastMs = 100;
  const begunAt = new WeakMap<pg.ClientBase, number>();
  return {
    application_name: applicationName,
    max: size,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    connectionTimeoutMillis: timeouts.poolWaitMs,
    // The pool hands its own limit on to its connections.
    Client: class extends pg.Client {
      constructor(config?: pg.ClientConfig) {
        super({ ...config, connectionString: typeof url === 'string' ? url : url(), connectionTimeoutMillis: timeouts.connectMs });
        begunAt.set(this, performance.now());
      }
    },
    ...(admit === undefined
      ? {}
      : {
          // It is waited for, whatever the types say.
          onConnect: ((client) => admit(client, Math.max(leastMs, timeouts.connectMs - (performance.now() - (begunAt.get(client) ?? 0))))) as (client: pg.ClientBase) => void,
        }),
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

/** How to end all connections of a pool, lent or idle: whatever is under way on them fails as a lost connection. */
export function connectionsOf(pool: pg.Pool): { drop(): void } {
  const all = new Set<pg.PoolClient>();
  pool.on('connect', (client) => void all.add(client));
  pool.on('remove', (client) => void all.delete(client));
  return {
    drop() {
      // `end` would wait for the answers that a pipeline still owes.
      for (const client of all) client.connection.stream.destroy();
    },
  };
}

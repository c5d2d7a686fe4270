import { AbortedTransactionError, type DatabaseConnection, type Driver, type TransactionSettings } from 'kysely';
import type pg from 'pg';
import { PoolConnection } from './connection.ts';
import type { Observer } from './observer.ts';
import { recordPosition } from './position.ts';

/**
 * Kysely's driver for the primary. Kysely brings one for pg; ours differs in what it does at the end: a commit brings
 * back the position of the log in the same round trip, and a connection that may still be busy is thrown away.
 */
export class PrimaryDriver implements Driver {
  readonly #pool: pg.Pool;
  readonly #observe: Observer;

  constructor(pool: pg.Pool, observe: Observer) {
    this.#pool = pool;
    this.#observe = observe;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<PoolConnection> {
    return new PoolConnection(await this.#pool.connect(), 'primary', this.#observe);
  }

  async beginTransaction(connection: DatabaseConnection, { isolationLevel, accessMode }: TransactionSettings): Promise<void> {
    const poolConnection = own(connection);
    poolConnection.isReadOnly = accessMode === 'read only';
    const isolation = isolationLevel === undefined ? '' : ` isolation level ${isolationLevel}`;
    await poolConnection.send('transaction.begin', `begin${isolation}${accessMode === undefined ? '' : ` ${accessMode}`}`);
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    const poolConnection = own(connection);
    const text = poolConnection.isReadOnly ? 'commit' : 'commit; select pg_current_wal_insert_lsn()::text as position';
    const [commit, after] = await poolConnection.sendAll<{ position: string }>('transaction.commit', text);
    // A transaction that an earlier error aborted ends here too, but with another word.
    if (commit?.command === 'ROLLBACK') throw new AbortedTransactionError();
    const position = after?.rows[0]?.position;
    if (position !== undefined) recordPosition(position);
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    const poolConnection = own(connection);
    // On a broken connection it would only wait for the time limit again; the server rolls back by itself.
    if (poolConnection.isBroken) return;
    try {
      await poolConnection.send('transaction.rollback', 'rollback');
    } catch (error) {
      poolConnection.discard();
      throw error;
    }
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    own(connection).release();
  }

  /** The pool belongs to the Database. */
  async destroy(): Promise<void> {}
}

function own(connection: DatabaseConnection): PoolConnection {
  if (connection instanceof PoolConnection) return connection;
  throw new TypeError('a connection of another driver');
}

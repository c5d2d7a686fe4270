import { type DatabaseConnection, type Driver, Kysely, Transaction } from 'kysely';
import type pg from 'pg';
import { PoolConnection } from './connection.ts';
import { dialect } from './dialect.ts';
import { LastStatement } from './last-statement.ts';
import type { Observer } from './observer.ts';
import { createPlans } from './plans.ts';
import { type Mode, TransactionConnection } from './transaction.ts';

/**
 * Kysely's driver for the primary. Kysely brings one for pg; ours differs in that a connection that may still be busy is
 * thrown away, and in its transactions, which are not Kysely's.
 */
export class PrimaryDriver implements Driver {
  readonly #pool: pg.Pool;
  readonly #observe: Observer;
  readonly #plans = createPlans();

  constructor(pool: pg.Pool, observe: Observer) {
    this.#pool = pool;
    this.#observe = observe;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<PoolConnection> {
    return new PoolConnection(await this.#pool.connect(), 'primary', this.#observe, this.#plans);
  }

  async beginTransaction(): Promise<void> {
    throw new Error('a transaction belongs to write or snapshot');
  }

  async commitTransaction(): Promise<void> {}

  async rollbackTransaction(): Promise<void> {}

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    if (!(connection instanceof PoolConnection)) throw new TypeError('a connection of another driver');
    connection.release();
  }

  /** The pool belongs to the Database. */
  async destroy(): Promise<void> {}
}

export type Primary<S> = {
  readonly db: Kysely<S>;
  /** Rolls back when the work throws. Its statements are sent in the order in which they are asked for, without waiting for each other. */
  transaction<T>(mode: Mode, work: (tx: Transaction<S>) => Promise<T | LastStatement<T>>): Promise<T>;
};

export function openPrimary<S>(pool: pg.Pool, observe: Observer): Primary<S> {
  const driver = new PrimaryDriver(pool, observe);
  const ours = dialect(driver);
  const db = new Kysely<S>({ dialect: ours });

  function over(connection: TransactionConnection): Transaction<S> {
    const executor = db.getExecutor().withConnectionProvider({ provideConnection: (consumer) => consumer(connection) });
    return new Transaction<S>({ config: { dialect: ours }, dialect: ours, driver, executor });
  }

  return {
    db,
    async transaction(mode, work) {
      const connection = new TransactionConnection(await driver.acquireConnection(), mode);
      try {
        const answer = await work(over(connection));
        if (answer instanceof LastStatement) return await connection.commitWith(answer);
        await connection.commit();
        return answer;
      } catch (error) {
        await connection.rollback();
        throw error;
      } finally {
        connection.release();
      }
    },
  };
}

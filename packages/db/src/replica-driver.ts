import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';
import type pg from 'pg';
import { PoolConnection } from './connection.ts';
import { isConnectionFailure, isPoolExhausted, sqlState } from './failures.ts';
import type { Observer } from './observer.ts';

export type ReplicaDriverOptions = {
  replica: pg.Pool;
  primary: pg.Pool;
  observe: Observer;
  /** The replica did not answer: take it out of rotation. */
  onFailure: (error: unknown) => void;
};

/** Single reading statements on a replica, and on the primary when the replica cannot answer: nobody's request fails because of a replica. */
export class ReplicaDriver implements Driver {
  readonly #options: ReplicaDriverOptions;
  readonly #lent = new Set<ReplicaConnection>();

  constructor(options: ReplicaDriverOptions) {
    this.#options = options;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<ReplicaConnection> {
    const connection = new ReplicaConnection(this.#options);
    this.#lent.add(connection);
    return connection;
  }

  async beginTransaction(): Promise<void> {
    throw new Error('a transaction belongs to write or snapshot');
  }

  async commitTransaction(): Promise<void> {}

  async rollbackTransaction(): Promise<void> {}

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    if (!(connection instanceof ReplicaConnection)) throw new TypeError('a connection of another driver');
    this.#lent.delete(connection);
    connection.release();
  }

  async destroy(): Promise<void> {}

  /** What is still waiting for a replica that hangs goes to the primary now, not after its time limit. */
  abandonReplica(): void {
    for (const connection of this.#lent) connection.abandonReplica();
  }
}

class ReplicaConnection implements DatabaseConnection {
  readonly #options: ReplicaDriverOptions;
  #replica: PoolConnection | undefined;
  #primary: PoolConnection | undefined;

  constructor(options: ReplicaDriverOptions) {
    this.#options = options;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { replica, primary, observe, onFailure } = this.#options;
    if (this.#primary === undefined) {
      try {
        this.#replica ??= new PoolConnection(await replica.connect(), 'replica', observe);
        return await this.#replica.executeQuery<R>(query);
      } catch (error) {
        if (isConnectionFailure(error)) onFailure(error);
        else if (!isPoolExhausted(error) && !isRecoveryConflict(error)) throw error;
      }
    }
    this.#primary ??= new PoolConnection(await primary.connect(), 'primary', observe);
    return this.#primary.executeQuery<R>(query);
  }

  streamQuery(): never {
    throw new Error('rows are not streamed: ask for pages');
  }

  abandonReplica(): void {
    this.#replica?.abort();
  }

  release(): void {
    this.#replica?.release();
    this.#primary?.release();
  }
}

/** Replay had to remove rows that the query was reading. */
function isRecoveryConflict(error: unknown): boolean {
  return sqlState(error) === '40001';
}

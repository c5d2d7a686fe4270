import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';
import type pg from 'pg';
import { PoolConnection } from './connection.ts';
import { isConnectionFailure, isPoolExhausted, sqlState } from './failures.ts';
import type { Observer } from './observer.ts';
import { createPlans } from './plans.ts';

/** `dead`: no answer; `busy`: no connection free; `conflict`: replay took away what was being read; `seen`: it lacks what the reader has seen. */
export type ReplicaFailure = 'dead' | 'busy' | 'conflict' | 'seen';

/** This replica cannot answer this read, and another server may. */
export class ReplicaFailed extends Error {
  override readonly name = 'ReplicaFailed';
  readonly failure: ReplicaFailure;

  constructor(failure: ReplicaFailure, cause?: unknown) {
    super(`the replica cannot answer: ${failure}`, { cause });
    this.failure = failure;
  }
}

/** Statements that only read, on one replica. */
export class ReplicaDriver implements Driver {
  readonly #pool: pg.Pool;
  readonly #observe: Observer;
  readonly #plans = createPlans();
  readonly #lent = new Set<ReplicaConnection>();

  constructor(pool: pg.Pool, observe: Observer) {
    this.#pool = pool;
    this.#observe = observe;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<ReplicaConnection> {
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw replicaFailed(error) ?? error;
    });
    const connection = new ReplicaConnection(new PoolConnection(client, 'replica', this.#observe, this.#plans));
    this.#lent.add(connection);
    return connection;
  }

  async beginTransaction(): Promise<void> {
    throw new Error('a transaction belongs to write or snapshot');
  }

  async commitTransaction(): Promise<void> {}

  async rollbackTransaction(): Promise<void> {}

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    const lent = own(connection);
    this.#lent.delete(lent);
    await lent.release();
  }

  async destroy(): Promise<void> {}

  /** Before the first statement on a connection: what the replica must show. */
  expect(connection: DatabaseConnection, seen: ReadonlyMap<string, number>): void {
    own(connection).expect(seen);
  }

  /** What is still waiting for a replica that hangs goes elsewhere now, not after its time limit. */
  abandon(): void {
    for (const connection of this.#lent) connection.abort();
  }
}

class ReplicaConnection implements DatabaseConnection {
  readonly #connection: PoolConnection;
  #check: Promise<void> | undefined;

  constructor(connection: PoolConnection) {
    this.#connection = connection;
  }

  /**
   * Asked ahead of the first statement, on the same connection and without waiting in between: no round trip more. A
   * replica only moves forward, so what was there then is there for every statement that follows.
   */
  expect(seen: ReadonlyMap<string, number>): void {
    this.#check = this.#checkHeads(seen);
    this.#check.catch(() => undefined);
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const [checked, result] = await Promise.allSettled([this.#check, this.#connection.executeQuery<R>(query)]);
    const failed = [checked, result].find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw replicaFailed(failed.reason) ?? failed.reason;
    return (result as PromiseFulfilledResult<QueryResult<R>>).value;
  }

  streamQuery(): never {
    throw new Error('rows are not streamed: ask for pages');
  }

  abort(): void {
    this.#connection.abort();
  }

  /** Nothing may be under way on it when it goes back. */
  async release(): Promise<void> {
    await this.#check?.catch(() => undefined);
    this.#connection.release();
  }

  async #checkHeads(seen: ReadonlyMap<string, number>): Promise<void> {
    const { rows } = await this.#connection.send<{ inRecovery: boolean; shows: boolean }>('replica.check', checkText, [[...seen.keys()], [...seen.values()].map(String)]);
    if (rows[0]?.inRecovery !== true) throw new ReplicaFailed('dead', new Error('promoted: not a replica any more'));
    if (!rows[0].shows) throw new ReplicaFailed('seen');
  }
}

const checkText = `
  select pg_is_in_recovery() as "inRecovery", coalesce(bool_and(coalesce(stream.head, 0) >= seen.head), true) as shows
  from unnest($1::text[], $2::int8[]) as seen(id, head) left join stream on stream.id = seen.id`;

function own(connection: DatabaseConnection): ReplicaConnection {
  if (connection instanceof ReplicaConnection) return connection;
  throw new TypeError('a connection of another driver');
}

function replicaFailed(error: unknown): ReplicaFailed | undefined {
  if (error instanceof ReplicaFailed) return error;
  if (isConnectionFailure(error)) return new ReplicaFailed('dead', error);
  if (isPoolExhausted(error)) return new ReplicaFailed('busy', error);
  return isRecoveryConflict(error) ? new ReplicaFailed('conflict', error) : undefined;
}

/** Replay had to remove rows or take a lock that the query stood in the way of. */
function isRecoveryConflict(error: unknown): boolean {
  const state = sqlState(error);
  return state === '40001' || state === '40P01';
}

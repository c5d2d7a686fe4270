import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import type pg from 'pg';
import { isConnectionFailure } from './failures.ts';
import type { Observer } from './observer.ts';
import type { Target } from './pool.ts';
import { queryName } from './query-name.ts';

/** A connection while it is lent out. It goes back to the pool only if nothing can still be under way on it. */
export class PoolConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient;
  readonly #target: Target;
  readonly #observe: Observer;
  #isBroken = false;
  /** Set by a transaction that only reads. */
  isReadOnly = false;

  constructor(client: pg.PoolClient, target: Target, observe: Observer) {
    this.#client = client;
    this.#target = target;
    this.#observe = observe;
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const result = await this.send<R>(queryName(query), query.sql, query.parameters);
    const { command, rowCount } = result;
    const changes = command === 'INSERT' || command === 'UPDATE' || command === 'DELETE' || command === 'MERGE';
    return changes ? { numAffectedRows: BigInt(rowCount ?? 0), rows: result.rows } : { rows: result.rows };
  }

  /** Text of one statement with parameters, or of several without; the last one's result. */
  async send<R>(name: string, text: string, parameters: readonly unknown[] = []): Promise<pg.QueryResult<R & pg.QueryResultRow>> {
    const results = await this.sendAll<R>(name, text, parameters);
    return results[results.length - 1] as pg.QueryResult<R & pg.QueryResultRow>;
  }

  async sendAll<R>(name: string, text: string, parameters: readonly unknown[] = []): Promise<pg.QueryResult<R & pg.QueryResultRow>[]> {
    const startedAt = performance.now();
    let rows = 0;
    let failed = true;
    try {
      const answer = (await this.#client.query(text, parameters as unknown[])) as pg.QueryResult | pg.QueryResult[];
      const results = (Array.isArray(answer) ? answer : [answer]) as pg.QueryResult<R & pg.QueryResultRow>[];
      rows = results.reduce((sum, result) => sum + (result.rowCount ?? 0), 0);
      failed = false;
      return results;
    } catch (error) {
      if (isConnectionFailure(error)) this.#isBroken = true;
      throw error;
    } finally {
      this.#observe({ query: name, target: this.#target, durationMs: performance.now() - startedAt, rows, failed });
    }
  }

  streamQuery(): never {
    throw new Error('rows are not streamed: ask for pages');
  }

  release(): void {
    this.#client.release(this.#isBroken);
  }

  discard(): void {
    this.#isBroken = true;
  }

  /** Whatever is under way fails as a lost connection. */
  abort(): void {
    this.#isBroken = true;
    // `end` would wait for the answers that a pipeline still owes.
    this.#client.connection.stream.destroy();
  }
}

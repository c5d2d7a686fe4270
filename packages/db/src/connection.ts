import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import type pg from 'pg';
import { sendBeginning } from './beginning.ts';
import { isConnectionFailure } from './failures.ts';
import type { Observer } from './observer.ts';
import type { Plans } from './plans.ts';
import type { Target } from './pool.ts';
import { queryName } from './query-name.ts';

type Result<R> = pg.QueryResult<R & pg.QueryResultRow>;

/** A connection while it is lent out. It goes back to the pool only if nothing can still be under way on it. */
export class PoolConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient;
  readonly #target: Target;
  readonly #observe: Observer;
  readonly #plans: Plans;
  #isBroken = false;

  constructor(client: pg.PoolClient, target: Target, observe: Observer, plans: Plans) {
    this.#client = client;
    this.#target = target;
    this.#observe = observe;
    this.#plans = plans;
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return resultOf(await this.send<R>(queryName(query), query.sql, query.parameters));
  }

  /** The first statement of a transaction, and its `begin` with it. */
  async executeFirst<R>(begin: string, query: CompiledQuery): Promise<QueryResult<R>> {
    const results = await this.#observed<R>(queryName(query), () => this.#planned(query.sql, query.parameters, (name) => sendBeginning(this.#client, begin, { text: query.sql, values: query.parameters, name })));
    return resultOf(results[results.length - 1] as Result<R>);
  }

  /** What the work sends goes out together. */
  together<T>(work: () => T): T {
    const { stream } = this.#client.connection;
    stream.cork();
    try {
      return work();
    } finally {
      stream.uncork();
    }
  }

  /** Text of one statement with parameters, or of several without; the last one's result. */
  async send<R>(name: string, text: string, parameters: readonly unknown[] = []): Promise<Result<R>> {
    const results = await this.sendAll<R>(name, text, parameters);
    return results[results.length - 1] as Result<R>;
  }

  sendAll<R>(name: string, text: string, parameters: readonly unknown[] = []): Promise<Result<R>[]> {
    return this.#observed<R>(name, () => this.#planned(text, parameters, (plan) => (plan === undefined ? this.#client.query(text, parameters as unknown[]) : this.#client.query({ name: plan, text, values: parameters as unknown[] }))));
  }

  async #planned(text: string, parameters: readonly unknown[], ask: (plan: string | undefined) => Promise<unknown>): Promise<unknown> {
    // What has no parameters may be several statements, and goes as plain text.
    const plan = parameters.length === 0 ? undefined : this.#plans.nameFor(this.#client, text);
    if (plan === undefined) return ask(undefined);
    try {
      const answer = await ask(plan);
      this.#plans.settled(this.#client, plan);
      return answer;
    } catch (error) {
      this.#plans.settled(this.#client, plan, error);
      throw error;
    }
  }

  async #observed<R>(name: string, ask: () => Promise<unknown>): Promise<Result<R>[]> {
    const startedAt = performance.now();
    let rows = 0;
    let failed = true;
    try {
      const answer = (await ask()) as Result<R> | Result<R>[];
      const results = Array.isArray(answer) ? answer : [answer];
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

function resultOf<R>({ command, rowCount, rows }: Result<R>): QueryResult<R> {
  const changes = command === 'INSERT' || command === 'UPDATE' || command === 'DELETE' || command === 'MERGE';
  return changes ? { numAffectedRows: BigInt(rowCount ?? 0), rows } : { rows };
}

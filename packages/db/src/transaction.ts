import { AbortedTransactionError, type CompiledQuery, type DatabaseConnection, type QueryResult } from 'kysely';
import type { PoolConnection } from './connection.ts';
import type { LastStatement } from './last-statement.ts';
import { recordPosition } from './position.ts';

export type Mode = { readonly begin: string; readonly isReadOnly: boolean };

export const writing: Mode = { begin: 'begin', isReadOnly: false };
export const ofOneMoment: Mode = { begin: 'begin isolation level repeatable read read only', isReadOnly: true };

/**
 * A connection for the length of one transaction. The begin travels with the first statement, and the commit with the last one
 * where that is known to be it, so that a transaction takes as many round trips as it has statements that wait for each other.
 */
export class TransactionConnection implements DatabaseConnection {
  readonly #connection: PoolConnection;
  readonly #mode: Mode;
  #first: Promise<unknown> | undefined;
  #isNextLast = false;
  #committed: Promise<void> | undefined;
  #isOver = false;

  constructor(connection: PoolConnection, mode: Mode) {
    this.#connection = connection;
    this.#mode = mode;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    // Until the first is answered nobody knows that a transaction has begun, and what follows must not be done outside it.
    if (this.#first !== undefined) await this.#first;
    if (this.#isOver) throw new Error('the transaction is over');
    return this.#connection.together(() => {
      const answer = this.#first === undefined ? this.#connection.executeFirst<R>(this.#mode.begin, query) : this.#connection.executeQuery<R>(query);
      this.#first ??= answer;
      if (this.#isNextLast) void this.#sendCommit();
      return answer;
    });
  }

  streamQuery(): never {
    throw new Error('rows are not streamed: ask for pages');
  }

  async commit(): Promise<void> {
    // Nothing was asked, so there is nothing to end.
    if (this.#first === undefined) return;
    await this.#first.catch(() => {
      throw new AbortedTransactionError();
    });
    await this.#sendCommit();
  }

  /** PostgreSQL turns a commit behind a statement that failed into a rollback. */
  async commitWith<T>(last: LastStatement<T>): Promise<T> {
    this.#isNextLast = true;
    const answer = await last.send();
    if (this.#committed === undefined) throw new Error('the last statement was not sent');
    await this.#committed;
    return answer;
  }

  async rollback(): Promise<void> {
    if (this.#committed !== undefined) return this.#committed.catch(() => undefined);
    this.#isOver = true;
    // On a broken connection it would only wait for the time limit again; the server rolls back by itself.
    if (this.#first === undefined || this.#connection.isBroken) return;
    await this.#connection.send('transaction.rollback', 'rollback').catch(() => this.#connection.discard());
  }

  release(): void {
    this.#connection.release();
  }

  #sendCommit(): Promise<void> {
    this.#isOver = true;
    this.#committed = this.#commit();
    this.#committed.catch(() => undefined);
    return this.#committed;
  }

  async #commit(): Promise<void> {
    const text = this.#mode.isReadOnly ? 'commit' : 'commit; select pg_current_wal_insert_lsn()::text as position';
    const [commit, after] = await this.#connection.sendAll<{ position: string }>('transaction.commit', text);
    // A transaction that an earlier error aborted ends here too, but with another word.
    if (commit?.command === 'ROLLBACK') throw new AbortedTransactionError();
    const position = after?.rows[0]?.position;
    if (position !== undefined) recordPosition(position);
  }
}

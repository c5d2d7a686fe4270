import type { StreamId } from '@confab/contract';
import type { LastStatement, Tx } from '@confab/db';
import type { RawBuilder } from 'kysely';

import type { Ephemeral } from './ephemeral.ts';
import type { Draft, Place, StreamEvent } from './event.ts';

/** How many numbers (one unless told) of which stream. */
export interface Want {
  readonly stream: StreamId;
  readonly count?: number;
}

export interface Appendix {
  /** The guarded `INSERT … RETURNING` (or `UPDATE`, `DELETE … RETURNING`) that the events tell of; null when nothing can refuse them. */
  readonly row: RawBuilder<unknown> | null;
  /** One event for each place. */
  readonly events: readonly Draft[];
}

/** Who wants to append. What is read here is of before the lock: `row` has to look again. */
export interface Appender {
  readonly may_append: boolean;
}

export interface Streams {
  /** Makes streams with head 0, in the transaction that makes their room or user. */
  create(tx: Tx, streams: readonly StreamId[]): Promise<void>;
  /**
   * The end of a write transaction: locks the streams, and gives `build` one place for each number wanted, in the order of `wants`.
   * What is left is the last statement, for `write`; it throws AppendRefused, and the transaction rolls back, when `row` returns nothing.
   */
  append(tx: Tx, wants: readonly Want[], build: (places: readonly Place[]) => Appendix): Promise<LastStatement<StreamEvent[]>>;
  /**
   * The same for one number of one stream, where it depends on one row whether there is one: `appender` is a query for it, done together
   * with the lock. `build` is told what was found, and throws if that is not enough; it has no place where there is no `may_append`.
   */
  appendFor<T extends Appender>(
    tx: Tx,
    stream: StreamId,
    appender: RawBuilder<T>,
    build: (found: T | undefined, places: readonly Place[]) => Appendix,
  ): Promise<LastStatement<StreamEvent[]>>;
  /** After the commit. Never throws and is not awaited: the log has what Redis misses. */
  publish(events: readonly StreamEvent[]): void;
  /** Says it to whoever listens right now. */
  whisper(ephemeral: Ephemeral): void;
  /** The contiguous run of the hot log from `afterSeq + 1`, possibly empty. */
  hotRun(stream: StreamId, afterSeq: number): Promise<StreamEvent[]>;
  /** From PostgreSQL: a replica if it has `afterSeq + 1`, else the primary. A first number above `afterSeq + 1` means that the log is no longer kept that far. */
  backfill(stream: StreamId, afterSeq: number, limit: number): Promise<StreamEvent[]>;
  /** From the primary. A stream that does not exist is absent. */
  heads(streams: readonly StreamId[]): Promise<Map<StreamId, number>>;
  epoch(): Promise<string>;
  /** Waits for the publishes under way, within their bounded retry. */
  stop(): Promise<void>;
}

/** The guard let nothing through: not a member any more, or a repeated nonce. The caller knows which. */
export class AppendRefused extends Error {
  override readonly name = 'AppendRefused';
}

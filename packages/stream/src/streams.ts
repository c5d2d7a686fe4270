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
  /** How many rows it has to return; one unless told. */
  readonly rowCount?: number;
  /** One event for each place. */
  readonly events: readonly Draft[];
}

/** Who wants to append one event. What is read here is of before the lock: `row` has to look again. */
export interface Appender {
  readonly stream_id: StreamId;
  /** In which order those of one stream get their numbers. */
  readonly turn: number;
  readonly may_append: boolean;
}

export interface Appending<T extends Appender> {
  /** A query for all of them. */
  readonly appenders: RawBuilder<T>;
  /** Of several streams only those are locked that nobody else has locked: who waits with locks in hand holds others up. */
  readonly ifLocked: 'wait' | 'pass over';
}

/** In his turn. He has no place if he may not, or if his stream was passed over. */
export interface Placed<T extends Appender> {
  readonly appender: T;
  readonly place: Place | undefined;
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
   * The same for many who append one event each, where it depends on a row of each whether he may: they are found and their streams
   * locked in one statement. `build` is told of all that were found, and has to use every place; without any, nothing is written.
   */
  appendEach<T extends Appender>(tx: Tx, appending: Appending<T>, build: (placed: readonly Placed<T>[]) => Appendix): Promise<LastStatement<StreamEvent[]> | StreamEvent[]>;
  /** After the commit, those of one stream in order. Never throws and is not awaited: the log has what Redis misses. */
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

/** The guard did not let all through: not a member any more, or a repeated nonce. The caller knows which. */
export class AppendRefused extends Error {
  override readonly name = 'AppendRefused';
}

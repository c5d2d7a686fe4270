import type { StreamId } from '@confab/contract';
import type { Ephemeral, StreamEvent } from '@confab/stream';

/** What the primary said at one moment: whose member, since which number, and how far the stream had come by then. */
export interface Standing {
  readonly stream: StreamId;
  readonly epoch: string;
  readonly joinedSeq: number;
  /** Never below `joinedSeq`. Who was a member at that number can only leave at a higher one. */
  readonly head: number;
}

export const resyncReasons = ['epoch', 'before_join', 'too_old', 'beyond_head', 'log_hole'] as const;
export type ResyncReason = (typeof resyncReasons)[number];

/** One socket, as a room sees it. */
export interface Sink {
  readonly userId: string;
  /** Whether a replay may put more into the socket's queue. When it may again, the sink calls `advance` of its replaying readers. */
  hasRoom(): boolean;
  event(event: StreamEvent): void;
  /** A control event has reached this gateway; the reader itself may still be far behind it. */
  heard(event: StreamEvent): void;
  whisper(ephemeral: Ephemeral): void;
  synced(stream: StreamId, seq: number): void;
  resync(stream: StreamId, standing: Standing, reason: ResyncReason): void;
  /** Where the socket's user stands in the stream now. Undefined: not a member. */
  standing(stream: StreamId): Promise<Standing | undefined>;
  /** The reader is out of the room, at its position: removed there, or refused. */
  detached(reader: Reader): void;
  /** True if this reader may hold a page of the log now; else `advance` is called when it may. One a socket bounds its memory. */
  takeTurn(reader: Reader): boolean;
  passTurn(reader: Reader): void;
}

/**
 * A socket's place in one stream. It has been given everything up to `position`, and moves by one event at a time, so it
 * meets its own removal at that number whether it is live, replaying or demoted.
 */
export interface Reader {
  readonly stream: StreamId;
  readonly sink: Sink;
  /** waiting: for the room to open or for a standing; gone: never again. */
  state: 'waiting' | 'replaying' | 'live' | 'gone';
  epoch: string;
  position: number;
  owesSynced: boolean;
  page: readonly StreamEvent[];
  isFetching: boolean;
}

export function createReader(sink: Sink, standing: Standing, position: number): Reader {
  return { stream: standing.stream, sink, state: 'waiting', epoch: standing.epoch, position, owesSynced: true, page: [], isFetching: false };
}

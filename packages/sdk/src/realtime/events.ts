import type { EventMap, EventType, Schemas, StreamId } from '@confab/contract';

/**
 * `offline`: not connected; `connecting`: on the way; `catching-up`: connected, but not everything missed has come or been
 * refetched yet; `live`: everything that happened is here.
 */
export type RealtimeState = 'offline' | 'connecting' | 'catching-up' | 'live';

/** Something that happened, with its place in its stream. */
export interface StreamEvent<T extends EventType = EventType> {
  type: T;
  stream: StreamId;
  seq: number;
  data: EventMap[T];
  /** W3C trace context of its cause, where that was sampled. */
  traceparent?: string;
}

/** Any event, told apart by `type`. */
export type AnyStreamEvent = { [T in EventType]: StreamEvent<T> }[EventType];

/**
 * The log cannot lead from what was seen of this stream to `head`: fetch the stream's state again. Handlers may be async; later
 * events of this stream wait until they have settled, and then go on from `head`.
 */
export interface ResyncEvent {
  stream: StreamId;
  head: number;
  epoch: string;
  /** As the gateway says, or `new_stream`: mine since I was last connected. Unknown reasons may come. */
  reason: 'epoch' | 'before_join' | 'too_old' | 'beyond_head' | 'log_hole' | 'new_stream' | (string & {});
}

export interface ReadyEvent {
  connectionId: string;
  url: string;
  user: Schemas['UserSummary'];
  epoch: string;
  /** The head of each of my streams. */
  streams: Readonly<Record<StreamId, number>>;
  /** Streams that are not mine any more. */
  refused: readonly StreamId[];
}

export interface ReconnectingEvent {
  /** 0 at the first try, which does not wait. */
  attempt: number;
  delayMs: number;
  /** The close code, or what else went wrong. */
  reason: string;
}

/** The connection ended and will not come back by itself. */
export interface StoppedEvent {
  /** A close code, when the gateway gave one. */
  code: number | undefined;
  /** For people. */
  reason: string;
}

/** What `realtime.on` offers beside the events of streams. */
export interface RealtimeSignals {
  state: { state: RealtimeState; previous: RealtimeState };
  ready: ReadyEvent;
  resync: ResyncEvent;
  /** Everything of this stream up to `seq` has come. */
  synced: { stream: StreamId; seq: number };
  /** Every event of every stream, after the handlers of its own type. */
  event: AnyStreamEvent;
  typing: Schemas['Typing'];
  /** Somebody of the room in focus, or whom I watch, came, went, or left the keyboard. May be lost. */
  presence: Schemas['Presence'];
  reconnecting: ReconnectingEvent;
  stopped: StoppedEvent;
  /** A frame of ours was refused. */
  refused: Schemas['Problem'];
}

export type RealtimeHandlers = { [K in keyof RealtimeSignals]: RealtimeSignals[K] } & { [T in EventType]: StreamEvent<T> };

/** A place to begin from: an answer of `getSync` fits, and so does what `realtime.cursors` and `realtime.epoch` said earlier. */
export interface StartingPoint {
  epoch: string;
  streams: Readonly<Record<string, number>>;
}

/** What went wrong or was repeated, since the client was made. */
export interface RealtimeCounts {
  applied: number;
  duplicates: number;
  gaps: number;
  resyncs: number;
  connections: number;
}

export interface Realtime {
  readonly state: RealtimeState;
  /** The history that the cursors belong to; undefined before the first `ready`. */
  readonly epoch: string | undefined;
  /** The last number seen of each stream. A copy. */
  readonly cursors: Readonly<Record<StreamId, number>>;
  readonly counts: Readonly<RealtimeCounts>;
  /**
   * Connects and stays connected until `close`, the end of the session, or a close code that forbids it. Begins with the events
   * after `from`, else after what was seen last, else with what happens from now on. Settles with the first `live`; rejects if that cannot come.
   */
  connect(from?: StartingPoint): Promise<void>;
  /** Says goodbye. Cursors are kept for the next `connect`. */
  close(): void;
  /** Returns how to stop listening. */
  on<K extends keyof RealtimeHandlers>(type: K, handler: (event: RealtimeHandlers[K]) => void | Promise<void>): () => void;
  /** Says that I am typing, at most every three seconds for one place; nothing while not connected. */
  sendTyping(roomId: string, parentMessageId?: string): void;
  /** Whether I am at the keyboard. Kept across reconnects. */
  setPresence(state: Schemas['PresenceInput']['state']): void;
  /**
   * Whose `presence` I want to hear of: the members of this room, and those in `watch`; without `watch`, whoever was in it before.
   * Kept across reconnects.
   */
  focus(roomId: string | null, watch?: readonly string[]): void;
  /** Attaches streams of mine; null begins at the head. */
  subscribe(streams: Readonly<Record<StreamId, number | null>>): void;
  unsubscribe(streams: readonly StreamId[]): void;
}

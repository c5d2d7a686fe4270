import type { EventMap, EventType, StreamId } from '@confab/contract';

/** One numbered happening, as it stands in the log. */
export interface LogEvent {
  readonly type: EventType;
  readonly stream: StreamId;
  readonly seq: number;
  /** When its number was given, in milliseconds. */
  readonly at: number;
  /** The row it tells of (a message, a room), so that its earlier payloads can be found. */
  readonly subjectId: string | null;
  /** Who wrote the content, for readers who block him. */
  readonly authorId: string | null;
  /** Whom it is about: the member who came or went. */
  readonly subjectUserId: string | null;
  /** A gateway must act on it, not only carry it. */
  readonly control: boolean;
  /** W3C traceparent of its cause, only when that was sampled. */
  readonly trace: string | null;
  /** The event's `d` as JSON text, sent byte for byte as it was stored. */
  readonly payload: string;
}

/** An event with the history its number belongs to, as it stands in Redis and in a gateway. */
export interface StreamEvent extends LogEvent {
  readonly epoch: string;
}

/** A number handed out under the stream's lock. */
export interface Place {
  readonly stream: StreamId;
  readonly seq: number;
  readonly at: Date;
}

interface DraftOf<T extends EventType> {
  readonly stream: StreamId;
  readonly seq: number;
  readonly type: T;
  readonly d: EventMap[T];
  readonly subjectId?: string;
  readonly authorId?: string;
  readonly subjectUserId?: string;
  readonly control?: boolean;
  /** Where its cause is another one than that of the whole append. */
  readonly trace?: string | undefined;
}

export type Draft = { [T in EventType]: DraftOf<T> }[EventType];

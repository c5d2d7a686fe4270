/** What one run of a fault left behind: all that was asked, all that came, and what stands in the database at the end. Times are of one clock. */
export interface History {
  readonly operations: readonly Operation[];
  /** As they came over each socket, before the SDK mends anything. */
  readonly frames: readonly Frame[];
  /** As the SDK told them. */
  readonly events: readonly Told[];
  readonly members: readonly Membership[];
  /** How often the SDK of each found a number missing. */
  readonly gaps: ReadonlyMap<string, number>;
  readonly removal: { readonly by: string; readonly room: string; readonly endedAt: number } | undefined;
  readonly sessionEnd: { readonly by: string; readonly endedAt: number } | undefined;
  readonly log: readonly LogEntry[];
  /** What the API said of each room at the end, by the ids of its messages in their order. */
  readonly final: ReadonlyMap<string, readonly string[]>;
  readonly answers: readonly Answer[];
  readonly jobs: readonly Job[];
  /** What jobs were to clear away, and is still there. */
  readonly uncleared: number;
  readonly faultAt: number;
  readonly healedAt: number;
  readonly resources: readonly Resource[];
}

/** `info`: nobody knows whether it took effect. */
export type Outcome = 'ok' | 'fail' | 'info';

export interface Operation {
  readonly kind: 'send' | 'read';
  readonly by: string;
  readonly room: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly outcome: Outcome;
  readonly code?: string;
  readonly nonce?: string;
  readonly message?: { readonly id: string; readonly seq: number };
  /** The page that was read. */
  readonly page?: readonly { readonly id: string; readonly seq: number }[];
}

export interface Frame {
  readonly at: number;
  readonly by: string;
  readonly connection: number;
  readonly type: string;
  readonly stream: string;
  readonly seq: number;
  readonly id?: string;
}

export interface Told {
  readonly at: number;
  readonly by: string;
  readonly stream: string;
  readonly seq: number;
}

/** Whoever shall have everything of the room after `from`, until he is put out or his session ends. */
export interface Membership {
  readonly by: string;
  readonly room: string;
  readonly from: number;
}

export interface LogEntry {
  readonly room: string;
  readonly seq: number;
  /** When its number was given. */
  readonly at: number;
  readonly type: string;
  /** The message it made, and under which nonce. */
  readonly id?: string;
  readonly nonce?: string;
  /** Whom it is about. */
  readonly subject?: string;
}

/** One HTTP request. */
export interface Answer {
  readonly startedAt: number;
  readonly ms: number;
}

export interface Job {
  readonly name: string;
  /** How often a worker said that it was done. */
  readonly done: number;
  /** How it stands in the queue, if it was not done in time. */
  readonly left: string | undefined;
  /** A worker that is killed may have done it without having been able to say so. */
  readonly mayRepeat: boolean;
}

export interface Resource {
  readonly name: string;
  readonly before: number;
  readonly after: number;
  readonly slack: number;
}

export const roomStream = (room: string): string => `room:${room}`;

import type { Connection } from './client.ts';

/** What keys and channels are spread over: one Redis, or the masters of a cluster. Nothing here waits. */
export type Servers = {
  /** Who serves the slot; undefined while nobody is known to. */
  of(slot: number): Connection | undefined;
  /** Whoever serves any. */
  all(): readonly Connection[];
  /** Every slot is served by somebody who is connected. */
  readonly isReady: boolean;
  /** Somebody said that the slot is served there; `at` is whom he was asked. */
  moved(slot: number, address: string, at: Connection): Connection;
  /** Who takes a slot over just now, and serves only what has arrived. */
  taker(address: string, at: Connection): Connection;
  /** What is known may be wrong: asks anew within a second. */
  doubt(): void;
  stop(): Promise<void>;
};

export type ServersEvents = {
  /** Connected, or connected anew. */
  ready?(connection: Connection): void;
  /** A connection was lost, or could not be made. */
  lost?(): void;
  /** Slots have changed hands. */
  changed?(): void;
};

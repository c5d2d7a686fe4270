import type { Auth } from './auth.ts';
import type { ConfabOptions } from './options.ts';
import type { Realtime } from './realtime/events.ts';
import type { Rest } from './rest.ts';

export interface Confab {
  /** Every operation of the API. The session's token is sent along and renewed when needed. */
  readonly rest: Rest;
  readonly auth: Auth;
  readonly realtime: Realtime;
  /** Ends everything this client has going: socket, timers, requests. The stored session stays. */
  close(): void;
}

export declare function createConfab(options: ConfabOptions): Confab;

import type { OpenSocket } from './realtime/socket.ts';
import type { SessionStore } from './session.ts';

/** Where the SDK tells what it does. `console` fits, and so does a wrapper of any logger. Never given a token or a message's text. */
export interface Logger {
  debug(message: string, details?: Readonly<Record<string, unknown>>): void;
  info(message: string, details?: Readonly<Record<string, unknown>>): void;
  warn(message: string, details?: Readonly<Record<string, unknown>>): void;
  error(message: string, details?: Readonly<Record<string, unknown>>): void;
}

export interface ConfabOptions {
  /** The deployment's address, without `/api/v1`: `https://chat.example.org`. */
  baseUrl: string;
  /** Where the session is kept between starts. In memory unless given. */
  session?: SessionStore;
  /**
   * For web pages of the deployment's own origin: the refresh token is kept in a cookie that no script can read, and `session`
   * holds the rest. `auth.restore` then finds a session even where `session` is empty.
   */
  cookieSession?: boolean;
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** Opens sockets in place of the platform's WebSocket. */
  webSocket?: OpenSocket;
  logger?: Logger;
  /**
   * The W3C traceparent of what the application does now, if it is traced: asked at every call and frame, and sent along. The
   * other way, an event brings that of its cause as `traceparent`.
   */
  traceparent?: () => string | undefined;
  /** Which of the gateways to connect to. Given those that failed lately last; the first unless this says otherwise. */
  chooseGateway?: (urls: readonly string[]) => string;
  /** How long a call is retried after network failures, 429, 502, 503 and 504. 10 s unless given. */
  retryWithinMs?: number;
}

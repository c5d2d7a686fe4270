import { eventTypes } from '@confab/contract';
import { createAuth } from './auth.ts';
import type { Auth } from './auth.ts';
import { openSocket } from './open-socket.ts';
import type { ConfabOptions, Logger } from './options.ts';
import type { Realtime } from './realtime/events.ts';
import { createRealtime } from './realtime/realtime.ts';
import { bindRest } from './rest.ts';
import type { Rest } from './rest.ts';
import { wait } from './retry.ts';
import { createSeen } from './seen.ts';
import { createSender } from './sender.ts';
import { createMemorySession, guardSession } from './session.ts';

export interface Confab {
  /** Every operation of the API. The session's token is sent along and renewed when needed. */
  readonly rest: Rest;
  readonly auth: Auth;
  readonly realtime: Realtime;
  /** Ends everything this client has going: socket, timers, requests. The stored session stays. */
  close(): void;
}

const silent = () => undefined;
const noLogger: Logger = { debug: silent, info: silent, warn: silent, error: silent };

export function createConfab(options: ConfabOptions): Confab {
  const logger = options.logger ?? noLogger;
  const closing = new AbortController();
  const { now } = Date;
  const { random } = Math;
  const seen = createSeen(() => auth.user?.id);
  const transport = {
    baseUrl: options.baseUrl,
    fetch: options.fetch ?? ((url: string, init: RequestInit) => globalThis.fetch(url, init)),
    rules: { withinMs: options.retryWithinMs ?? 10_000, now, random, wait },
    seen,
    traceparent: options.traceparent ?? silent,
    closed: closing.signal,
  };
  const auth = createAuth({ rest: bindRest(createSender(transport)), store: guardSession(options.session ?? createMemorySession(), logger), inCookie: options.cookieSession ?? false, logger, now });
  const rest = bindRest(createSender(transport, auth));
  const realtime = createRealtime({
    auth,
    createTicket: (signal) => rest.createGatewayTicket({ signal }),
    openSocket: options.webSocket ?? openSocket,
    chooseGateway: options.chooseGateway ?? first,
    traceparent: options.traceparent ?? silent,
    logger,
    now,
    random,
  });
  // Before any handler of the application: what those fetch must be as new.
  realtime.on('ready', ({ epoch, streams }) => seen.told(epoch, streams));
  realtime.on('resync', ({ epoch, stream, head }) => seen.restarted(epoch, stream, head));
  for (const type of eventTypes) realtime.on(type, ({ stream, seq }) => seen.saw(stream, seq));
  auth.on('signed-out', seen.forget);
  return {
    rest,
    auth,
    realtime,
    close() {
      realtime.close();
      closing.abort(new Error('the client was closed'));
    },
  };
}

/** The ticket names at least one. */
function first(urls: readonly string[]): string {
  const [url] = urls;
  if (url === undefined) throw new Error('the ticket names no gateway');
  return url;
}

import type { ClientFrame, Schemas, ServerFrame, StreamId } from '@confab/contract';
import type { Auth } from '../auth.ts';
import { createEmitter } from '../emitter.ts';
import type { Logger } from '../options.ts';
import { ProblemError, StoppedError } from '../problem.ts';
import { createDeliveries } from './deliveries.ts';
import { watchEnvironment } from './environment.ts';
import type { Realtime, RealtimeHandlers, StartingPoint } from './events.ts';
import { createFreshness } from './freshness.ts';
import { createMachine } from './machine.ts';
import type { Effect, Failure, Input, LinkId, Signal, TimerName } from './protocol.ts';
import type { OpenSocket, Socket } from './socket.ts';
import { createTypingThrottle } from './typing.ts';

export interface RealtimeOptions {
  auth: Auth;
  createTicket(signal: AbortSignal): Promise<Schemas['GatewayTicket']>;
  openSocket: OpenSocket;
  chooseGateway(urls: readonly string[]): string;
  /** Of what the application does now. */
  traceparent(): string | undefined;
  logger: Logger;
  now(): number;
  random(): number;
}

/** The machine with its sockets, timers and listeners. */
export function createRealtime({ auth, createTicket, openSocket, chooseGateway, traceparent, logger, now, random }: RealtimeOptions): Realtime {
  const machine = createMachine({ random, chooseGateway });
  const emitter = createEmitter<RealtimeHandlers>(logger);
  const links = new Map<LinkId, { cancel: AbortController; socket?: Socket }>();
  const timers = new Map<TimerName, ReturnType<typeof setTimeout>>();
  const inputs: Input[] = [];
  const typing = createTypingThrottle(now);
  const freshness = createFreshness(auth, now);
  const waiters = new Set<{ resolve(): void; reject(error: Error): void }>();
  let unwatch: (() => void) | undefined;
  let watched: readonly string[] | undefined;
  let stepping = false;

  const deliveries = createDeliveries({
    deliver(event) {
      void emitter.emit(event.type, event as never);
      void emitter.emit('event', event);
    },
    announce: (resync) => emitter.emit('resync', resync),
    settled: () => put({ type: 'settled' }),
  });

  /** Handlers may call back into the client: their inputs wait until all that the last one caused is done. */
  function put(input: Input): void {
    inputs.push(input);
    if (stepping) return;
    stepping = true;
    try {
      for (let next = inputs.shift(); next; next = inputs.shift()) for (const effect of machine.step(next)) perform(effect);
    } finally {
      stepping = false;
    }
    if (machine.state === 'catching-up' || machine.state === 'live') freshness.start();
    else freshness.stop();
  }

  function perform(effect: Effect): void {
    switch (effect.do) {
      case 'ticket':
        return void requestTicket(effect.link);
      case 'open':
        return open(effect.link, effect.url);
      case 'send':
        return links.get(effect.link)?.socket?.send(JSON.stringify(traced(effect.frame)));
      case 'shut': {
        const link = links.get(effect.link);
        links.delete(effect.link);
        link?.cancel.abort();
        return link?.socket?.close(effect.code, effect.reason);
      }
      case 'timer':
        clearTimeout(timers.get(effect.name));
        timers.set(effect.name, setTimeout(() => put({ type: 'timer', name: effect.name }), effect.ms));
        return;
      case 'clear':
        clearTimeout(timers.get(effect.name));
        timers.delete(effect.name);
        return;
      case 'reauthenticate':
        auth.refresh().then(
          () => put({ type: 'reauthenticated' }),
          (error: unknown) => put({ type: 'reauthentication-failed', failure: describe(error) }),
        );
        return;
      case 'deliver':
        return deliveries.deliver(effect.event);
      case 'announce':
        logger.info('a stream must be fetched again', { ...effect.resync });
        return deliveries.announce(effect.resync);
      case 'signal':
        return tell(effect);
    }
  }

  function traced(frame: ClientFrame): ClientFrame {
    const tp = traceparent();
    return tp === undefined ? frame : { ...frame, tp };
  }

  function tell(signal: Signal): void {
    if (signal.name === 'state') {
      logger.debug('realtime state', { ...signal.value });
      if (signal.value.state === 'live') settle((waiter) => waiter.resolve());
    }
    if (signal.name === 'reconnecting') logger.info('reconnecting', { ...signal.value });
    if (signal.name === 'refused') logger.warn('a frame was refused', { code: signal.value.code });
    if (signal.name === 'stopped') ended(new StoppedError(signal.value.reason, signal.value.code));
    void emitter.emit(signal.name, signal.value as never);
  }

  async function requestTicket(id: LinkId): Promise<void> {
    const cancel = new AbortController();
    links.set(id, { cancel });
    try {
      const { ticket, urls } = await createTicket(cancel.signal);
      put({ type: 'ticket', link: id, ticket, urls });
    } catch (error) {
      if (!cancel.signal.aborted) put({ type: 'ticket-failed', link: id, failure: describe(error) });
    }
  }

  function open(id: LinkId, url: string): void {
    const link = links.get(id);
    if (!link) return;
    const closed = (code: number, reason: string) => {
      if (links.get(id) === link) put({ type: 'closed', link: id, code, reason });
    };
    try {
      link.socket = openSocket(url, {
        opened: () => undefined,
        received: (text) => {
          if (links.get(id) === link) put(parse(id, text));
        },
        closed,
      });
    } catch (error) {
      logger.error('the socket could not be opened', { url, error });
      queueMicrotask(() => closed(1006, 'the socket could not be opened'));
    }
  }

  function settle(how: (waiter: { resolve(): void; reject(error: Error): void }) => void): void {
    for (const waiter of waiters) how(waiter);
    waiters.clear();
  }

  function ended(error: StoppedError): void {
    unwatch?.();
    unwatch = undefined;
    settle((waiter) => waiter.reject(error));
  }

  function connect(from?: StartingPoint): Promise<void> {
    const live = new Promise<void>((resolve, reject) => waiters.add({ resolve, reject }));
    // Who does not wait for it learns of a failure by `stopped`.
    live.catch(() => undefined);
    unwatch ??= watchEnvironment((network) => put({ type: 'nudge', network }));
    put({ type: 'connect', ...(from ? { from } : {}) });
    if (machine.state === 'live') settle((waiter) => waiter.resolve());
    return live;
  }

  auth.on('refreshed', ({ session }) => put({ type: 'token', accessToken: session.accessToken }));
  auth.on('signed-out', () => {
    watched = undefined;
    put({ type: 'forget', reason: 'signed out' });
    deliveries.forget();
  });
  emitter.on('message.created', ({ data }) => {
    if (data.author.id === auth.user?.id) typing.sent(data.roomId);
  });

  return {
    get state() {
      return machine.state;
    },
    get epoch() {
      return machine.ledger.epoch;
    },
    get cursors(): Record<StreamId, number> {
      return machine.ledger.cursors();
    },
    get counts() {
      return { ...machine.counts };
    },
    connect,
    close() {
      put({ type: 'close' });
      ended(new StoppedError('closed', 1000));
    },
    on: emitter.on,
    sendTyping(roomId, parentMessageId) {
      if (machine.state === 'offline' || machine.state === 'connecting' || !typing.allows(roomId, parentMessageId)) return;
      put({ type: 'say', frame: { t: 'typing', d: { roomId, ...(parentMessageId === undefined ? {} : { parentMessageId }) } } });
    },
    setPresence: (state) => put({ type: 'stand', frame: { t: 'presence', d: { state } } }),
    focus(roomId, watch = watched) {
      watched = watch;
      put({ type: 'stand', frame: { t: 'focus', d: { roomId, ...(watch === undefined ? {} : { watch: [...watch] }) } } });
    },
    subscribe: (streams) => put({ type: 'subscribe', streams }),
    unsubscribe: (streams) => put({ type: 'unsubscribe', streams }),
  };
}

function parse(link: LinkId, text: string): Input {
  try {
    return { type: 'frame', link, frame: JSON.parse(text) as ServerFrame };
  } catch {
    return { type: 'broken-frame', link };
  }
}

/** Only a server that refuses for good ends the trying. */
function describe(error: unknown): Failure {
  const reason = error instanceof Error ? error.message : String(error);
  if (!(error instanceof ProblemError)) return { kind: 'passing', reason };
  const retryAfterMs = (error.retryAfterSeconds ?? 0) * 1_000;
  if (error.status === 401) return { kind: 'unauthorized', reason };
  return error.status === 429 || error.status >= 500 ? { kind: 'passing', reason, retryAfterMs } : { kind: 'refused', reason };
}


import type { ClientFrame, CloseAction, Schemas, ServerFrame, StreamId } from '@confab/contract';
import { backoffMs, closeAction, closeMeaning, failureAction } from './backoff.ts';
import type { RealtimeCounts, RealtimeState, ResyncEvent } from './events.ts';
import { createGateways, versioned } from './gateways.ts';
import { createLedger } from './ledger.ts';
import type { Ledger } from './ledger.ts';
import { createLink, isSynced } from './link.ts';
import type { Link } from './link.ts';
import { createReading } from './reading.ts';
import type { Effect, Input, LinkId, Signal, TimerName } from './protocol.ts';

export interface MachineOptions {
  random(): number;
  chooseGateway(urls: readonly string[]): string;
}

export interface Machine {
  readonly state: RealtimeState;
  readonly counts: RealtimeCounts;
  readonly ledger: Ledger;
  step(input: Input): Effect[];
}

const handshakeMs = 10_000;
const probeMs = 5_000;
/** Live for this long, and earlier failures are forgotten. */
const stableMs = 5_000;
const subscribeBatch = 50;

/**
 * The realtime protocol, without I/O: what happened goes in, what is to be done comes out. One connection serves (`current`);
 * while a gateway drains, a second (`next`) is made and takes over once everything of it is synced. Both feed one ledger, so
 * that it does not matter which of them brings an event first.
 */
export function createMachine({ random, chooseGateway }: MachineOptions): Machine {
  const ledger = createLedger();
  const gateways = createGateways(chooseGateway);
  const counts: RealtimeCounts = { applied: 0, duplicates: 0, gaps: 0, resyncs: 0, connections: 0 };
  let effects: Effect[] = [];
  let state: RealtimeState = 'offline';
  let wanted = false;
  let current: Link | undefined;
  let next: Link | undefined;
  let lastLink: LinkId = 0;
  /** Our connection that ended last: whoever comes after it names it. */
  let ended: string | undefined;
  let attempt = 0;
  let handoverAttempt = 0;
  let reauthenticating = false;
  let waiting = false;
  /** Resyncs that the application has not refetched yet. */
  let holds = 0;
  /** What a gateway forgets with a connection, by the frame's type. */
  const standing = new Map<string, ClientFrame>();

  const push = (effect: Effect) => void effects.push(effect);
  const signal = <N extends Signal['name']>(name: N, value: Extract<Signal, { name: N }>['value']) => push({ do: 'signal', name, value } as Signal);
  const send = (link: Link, frame: ClientFrame) => push({ do: 'send', link: link.id, frame });
  const links = () => [current, next].filter((link) => link !== undefined);
  const timer = (name: TimerName, ms: number) => push({ do: 'timer', name, ms });
  const clear = (name: TimerName) => push({ do: 'clear', name });

  const read = createReading({ ledger, counts, push, announce, abandon: (link, reason) => fail(link, 'resume', undefined, reason), links });

  function begin(): Link {
    const link = createLink((lastLink += 1));
    push({ do: 'ticket', link: link.id });
    return link;
  }

  function leave(link: Link, code: number, reason: string): void {
    clear(`handshake:${link.id}`);
    clear(`beat:${link.id}`);
    push({ do: 'shut', link: link.id, code, reason });
    if (current === link) current = undefined;
    if (next === link) next = undefined;
  }

  function leaveAll(reason: string): void {
    for (const link of links()) leave(link, 1000, reason);
    for (const name of ['retry', 'handover', 'stable'] as const) clear(name);
    waiting = false;
    reauthenticating = false;
  }

  function stop(code: number | undefined, reason: string): void {
    wanted = false;
    leaveAll(reason);
    signal('stopped', { code, reason });
  }

  function retry(reason: string, atOnce: boolean, atLeastMs = 0): void {
    const delayMs = Math.max(atLeastMs, atOnce && attempt === 0 ? 0 : backoffMs(attempt, random));
    signal('reconnecting', { attempt, delayMs, reason });
    attempt += 1;
    if (delayMs === 0) current = begin();
    else timer('retry', delayMs);
    waiting = delayMs > 0;
  }

  /** A connection is no more, or must not be. */
  function fail(link: Link, action: CloseAction, code: number | undefined, reason: string, atLeastMs = 0): void {
    const wasNext = link === next;
    leave(link, 3000, reason.slice(0, 100));
    if (link.url !== '') gateways.avoid(link.url);
    if (wasNext) return void timer('handover', backoffMs((handoverAttempt += 1), random));
    clear('stable');
    clear('handover');
    if (link.connectionId !== undefined) ended = link.connectionId;
    if (next) {
      current = next;
      next = undefined;
    } else if (action === 'never') stop(code, reason);
    else if (action === 'reauth') {
      reauthenticating = true;
      push({ do: 'reauthenticate' });
    } else retry(reason, action === 'resume', atLeastMs);
  }

  function closed(link: Link, code: number, reason: string): void {
    // Its successor asked for that: the one that is coming serves from here.
    if (code === 4410 && link === current && next) return promote(next);
    fail(link, closeAction(code), code, reason || closeMeaning(code));
  }

  function open(link: Link, ticket: string, urls: readonly string[]): void {
    link.ticket = ticket;
    link.url = gateways.choose(urls);
    link.phase = 'opening';
    counts.connections += 1;
    push({ do: 'open', link: link.id, url: versioned(link.url) });
    timer(`handshake:${link.id}`, handshakeMs);
  }

  function identify(link: Link, hello: Schemas['Hello']): void {
    if (link.phase !== 'opening') return;
    const replaces = link === next ? current?.connectionId : ended;
    link.phase = 'identifying';
    link.connectionId = hello.connectionId;
    link.heartbeatMs = hello.heartbeatMs;
    link.sent = ledger.identify();
    send(link, { t: 'identify', d: { ticket: link.ticket, ...link.sent, ...(replaces === undefined ? {} : { replaces }) } });
    timer(`beat:${link.id}`, link.heartbeatMs);
  }

  function ready(link: Link, d: Schemas['Ready']): void {
    if (link.phase !== 'identifying' || link.connectionId === undefined) return;
    // Another epoch: what the old connection still says is of a history that is over.
    if (link === next && d.epoch !== ledger.epoch) promote(link);
    link.phase = 'ready';
    clear(`handshake:${link.id}`);
    const { resyncs, unattached, refused } = ledger.ready(d, link.sent);
    link.pending = new Set((Object.keys(d.streams) as StreamId[]).filter((stream) => !ledger.hasLeft(stream)));
    signal('ready', { connectionId: link.connectionId, url: link.url, user: d.user, epoch: d.epoch, streams: d.streams, refused });
    resyncs.forEach(announce);
    attach(link, unattached);
    for (const frame of standing.values()) send(link, frame);
    if (link === next && isSynced(link)) promote(link);
  }

  function attach(link: Link, streams: [StreamId, number | null][]): void {
    for (let at = 0; at < streams.length; at += subscribeBatch) {
      send(link, { t: 'subscribe', d: { streams: Object.fromEntries(streams.slice(at, at + subscribeBatch)) } });
    }
    for (const [stream] of streams) link.pending.add(stream);
  }

  function subscribe(streams: [StreamId, number | null][]): void {
    for (const [stream, seq] of streams) ledger.follow(stream, seq);
    if (current?.phase === 'ready') attach(current, streams);
  }

  function unsubscribe(streams: readonly StreamId[]): void {
    for (const stream of streams) {
      ledger.drop(stream);
      for (const each of links()) each.pending.delete(stream);
    }
    if (current?.phase !== 'ready') return;
    for (let at = 0; at < streams.length; at += subscribeBatch) {
      const batch = streams.slice(at, at + subscribeBatch).map((stream) => [stream, null]);
      send(current, { t: 'unsubscribe', d: { streams: Object.fromEntries(batch) as Record<StreamId, null> } });
    }
  }

  function promote(link: Link): void {
    if (current) leave(current, 1000, 'handed over');
    current = link;
    next = undefined;
    handoverAttempt = 0;
    gateways.prefer(undefined);
  }

  function announce(resync: ResyncEvent): void {
    counts.resyncs += 1;
    holds += 1;
    push({ do: 'announce', resync });
  }

  /** The gateway is about to go: spread over the time it gives. */
  function handOver(link: Link, d: Schemas['Reconnect']): void {
    if (link !== current || next) return;
    gateways.avoid(link.url);
    gateways.prefer(d.url ?? undefined);
    timer('handover', Math.round(random() * d.afterMs));
  }

  function receive(link: Link, frame: ServerFrame): void {
    link.heard = true;
    if (frame.t === 'hello') return identify(link, frame.d);
    if (frame.t === 'ready') return ready(link, frame.d);
    if (link.phase !== 'ready') return;
    if (frame.t === 'heartbeat') return;
    if (frame.t === 'reconnect') return handOver(link, frame.d);
    read(link, frame);
    if (link === next && isSynced(link)) promote(link);
  }

  function beat(link: Link): void {
    if (!link.heard) return fail(link, 'resume', undefined, 'silence');
    link.heard = false;
    send(link, { t: 'heartbeat', d: {} });
    timer(`beat:${link.id}`, link.heartbeatMs);
  }

  /** The network or the page came back: no time to lose. Or the network went: ask whether it did. */
  function nudge(network: 'up' | 'down'): void {
    if (waiting && network === 'up') {
      waiting = false;
      clear('retry');
      current = begin();
    }
    if (current?.phase !== 'ready') return;
    current.heard = false;
    send(current, { t: 'heartbeat', d: {} });
    timer(`beat:${current.id}`, Math.min(probeMs, current.heartbeatMs));
  }

  function elapsed(name: TimerName): void {
    const [what, id] = name.split(':');
    const link = links().find((each) => each.id === Number(id));
    if (what === 'beat' && link) beat(link);
    if (what === 'handshake' && link) fail(link, 'resume', undefined, 'the gateway did not answer');
    if (name === 'handover' && current && !next) next = begin();
    if (name === 'retry' && waiting) {
      waiting = false;
      current = begin();
    }
    if (name === 'stable') {
      attempt = 0;
      gateways.forget();
    }
  }

  function handle(input: Input): void {
    const link = 'link' in input ? links().find((each) => each.id === input.link) : undefined;
    switch (input.type) {
      case 'connect':
        if (wanted) return;
        wanted = true;
        attempt = 0;
        if (input.from) ledger.begin(input.from);
        current = begin();
        return;
      case 'close':
        wanted = false;
        ended = undefined;
        return leaveAll('closed');
      case 'forget':
        ledger.forget();
        standing.clear();
        ended = undefined;
        holds = 0;
        return wanted ? stop(reauthenticating ? 4401 : undefined, input.reason) : undefined;
      case 'ticket':
        return link ? open(link, input.ticket, input.urls) : undefined;
      case 'ticket-failed':
        return link ? fail(link, failureAction(input.failure), undefined, input.failure.reason, input.failure.retryAfterMs) : undefined;
      case 'frame':
        return link ? receive(link, input.frame) : undefined;
      case 'broken-frame':
        return link ? fail(link, 'backoff', undefined, 'a frame that is not JSON') : undefined;
      case 'closed':
        return link ? closed(link, input.code, input.reason) : undefined;
      case 'timer':
        return elapsed(input.name);
      case 'reauthenticated':
        if (!reauthenticating) return;
        reauthenticating = false;
        return retry('a new token', true);
      case 'reauthentication-failed':
        if (!reauthenticating) return;
        if (input.failure.kind !== 'passing') return stop(4401, input.failure.reason);
        reauthenticating = false;
        return retry(input.failure.reason, false, input.failure.retryAfterMs);
      case 'token':
        for (const each of links()) if (each.phase === 'ready') send(each, { t: 'refresh', d: { accessToken: input.accessToken } });
        return;
      case 'settled':
        holds = Math.max(0, holds - 1);
        return;
      case 'nudge':
        return nudge(input.network);
      case 'subscribe':
        return subscribe(Object.entries(input.streams) as [StreamId, number | null][]);
      case 'unsubscribe':
        return unsubscribe(input.streams);
      case 'say':
        if (current?.phase === 'ready') send(current, input.frame);
        return;
      case 'stand':
        standing.set(input.frame.t, input.frame);
        for (const each of [current, next]) if (each?.phase === 'ready') send(each, input.frame);
    }
  }

  function presentState(): RealtimeState {
    if (current?.phase === 'ready') return isSynced(current) && holds === 0 ? 'live' : 'catching-up';
    return current || reauthenticating ? 'connecting' : 'offline';
  }

  return {
    get state() {
      return state;
    },
    counts,
    ledger,
    step(input) {
      effects = [];
      handle(input);
      const previous = state;
      state = presentState();
      if (state !== previous) {
        signal('state', { state, previous });
        if (state === 'live') timer('stable', stableMs);
        if (previous === 'live') clear('stable');
      }
      return effects;
    },
  };
}

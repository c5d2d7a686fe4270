import type { Duplex } from 'node:stream';

import { type ClientFrame, type CloseCode, closeCodes, type StreamId } from '@confab/contract';
import { AppError, currentContext } from '@confab/runtime';
import type { WebSocket } from 'ws';

import type { Admission, Admitted } from './access.ts';
import { createWindow } from './bucket.ts';
import { type Commands, createCommands } from './commands.ts';
import type { Context } from './context.ts';
import { createDelivery } from './delivery.ts';
import { closeCodeOf } from './failure.ts';
import { createFocus, type Focus } from './focus.ts';
import { createJournal } from './journal.ts';
import type { Refusal } from './leases.ts';
import { problemOf } from './problem.ts';
import { createResumeWatch, type ResumeWatch } from './resume-watch.ts';

/** One client's socket, from the upgrade to the close. */
export interface Connection {
  readonly id: string;
  /** Asks it to connect elsewhere, within that time. */
  reconnect(afterMs: number): void;
  close(code: CloseCode): void;
  /** Closes it if its session is one of these. */
  endSession(sessionIds: ReadonlySet<string>): void;
  /** Once in a while: pings if it is its turn, and ends what has expired, hangs or is silent. */
  pulse(isTurn: boolean): void;
}

const mostWaitingFrames = 64;
const mostFrames = { most: 120, perMs: 10_000 };
const patienceInHeartbeats = 2.5;
const turnedAway: Record<Refusal, CloseCode> = { refused: 4409, spent: 4401 };

type Identify = Extract<ClientFrame, { t: 'identify' }>;

export interface Handshake {
  readonly context: Context;
  readonly ws: WebSocket;
  readonly socket: Duplex;
  readonly traceparent: string | undefined;
}

export function openConnection({ context, ws, socket, traceparent }: Handshake, onClosed: () => void): Connection {
  const { access, config, hub, leases, presences, flusher, streams, metrics, clock, later, newId, readFrame } = context;
  const id = newId();
  const journal = createJournal({ logger: context.logger, newId, connectionId: id, handshake: traceparent });
  const openedAt = clock.now();
  const frames = createWindow({ ...mostFrames, now: clock.now });
  let admission: Admission | undefined;
  let commands: Commands | undefined;
  let focus: Focus | undefined;
  /** Most connections never look at anybody. */
  let openFocus: (() => Focus) | undefined;
  let resume: ResumeWatch | undefined;
  let identifyTimer: NodeJS.Timeout | undefined;
  let isIdentifying = false;
  let heardAt = openedAt;
  let delivered = 0;
  let closing: CloseCode | undefined;
  let isOver = false;
  let isAskedToMove = false;
  /** Frames are handled one after the other; so many wait. */
  let waiting = 0;
  let turn: Promise<void> = Promise.resolve();

  const delivery = createDelivery({
    wire: socket,
    flusher,
    hub,
    access,
    now: clock.now,
    later,
    sessionEnded(sessionId) {
      if (sessionId === admission?.sessionId) close(4401);
    },
    demoted: journal.demoted,
    delivered(event) {
      delivered += 1;
      metrics.delivered(event);
      if (event.control) focus?.heard(event);
    },
    resynced(stream, reason) {
      metrics.resynced(reason);
      resume?.resynced(stream);
      focus?.suspect(stream);
      // The end of the session may be among what is left out.
      if (stream.startsWith('user:')) void assertLive();
    },
    synced: (stream) => resume?.synced(stream),
  });

  async function assertLive(): Promise<void> {
    try {
      if (admission !== undefined && !(await access.isLive(admission.sessionId))) close(4401);
    } catch (error) {
      journal.failed(error, 'whether the session is live is not known');
      close(1013);
    }
  }

  /** Who was asked to move goes by himself, once his new connection has caught up: until then he hears from here. */
  function replaced(): void {
    if (!isAskedToMove) close(4410);
  }

  function close(code: CloseCode): void {
    if (closing !== undefined) return;
    closing = code;
    leave();
    ws.close(code, closeCodes[code].name);
  }

  /** Its place is free, and nothing more goes out. */
  function leave(): void {
    isOver = true;
    endTimer();
    leases.release(id);
    focus?.close();
    resume?.closed();
    delivery.close();
  }

  function endTimer(): void {
    clearTimeout(identifyTimer);
    identifyTimer = undefined;
  }

  function receive(data: Buffer, isBinary: boolean): void {
    heardAt = clock.now();
    if (closing !== undefined) return;
    if (!frames.take()) return close(4429);
    const received = readFrame(data, isBinary);
    if ('close' in received) return close(received.close);
    const type = 'frame' in received ? received.frame.t : received.type;
    if (!isIdentifying && type !== 'identify') return close(4400);
    if ('refused' in received) return refuse(received.refused, received.ref);
    const { frame } = received;
    if (frame.t === 'heartbeat') return delivery.send({ t: 'heartbeat', d: {}, ...refOf(frame) });
    if (frame.t === 'identify' && !isIdentifying) {
      isIdentifying = true;
      endTimer();
    }
    enqueue(frame);
  }

  function enqueue(frame: ClientFrame): void {
    if (waiting >= mostWaitingFrames) return close(4429);
    waiting += 1;
    turn = turn.then(() => journal.frame(frame, () => handle(frame))).finally(() => (waiting -= 1));
  }

  async function handle(frame: ClientFrame): Promise<void> {
    if (isOver) return;
    try {
      if (frame.t === 'identify') await identify(frame);
      else await obey(frame);
    } catch (error) {
      if (error instanceof AppError && error.status < 500) return refuse(error, frame.ref);
      journal.failed(error, 'a frame failed', frame.t);
      close(closeCodeOf(error));
    }
  }

  async function obey(frame: Exclude<ClientFrame, { t: 'identify' }>): Promise<void> {
    switch (frame.t) {
      case 'subscribe':
        return commands?.subscribe(frame.d);
      case 'unsubscribe':
        commands?.unsubscribe(frame.d);
        for (const stream of Object.keys(frame.d.streams)) focus?.suspect(stream as StreamId);
        return;
      case 'typing':
        return commands?.typing(frame.d);
      case 'refresh':
        if (admission !== undefined) admission = await access.renew(admission, frame.d.accessToken);
        return;
      case 'presence':
        return leases.setAway(id, frame.d.state === 'away');
      case 'focus':
        return (focus ??= openFocus?.())?.set(frame.d);
      case 'heartbeat':
    }
  }

  async function identify({ d, ...frame }: Identify): Promise<void> {
    if (admission !== undefined) throw new AppError('frame.invalid', { detail: 'This connection is identified already.' });
    const admitted = await enter(d);
    if (admitted === undefined) return;
    if (isOver) return leases.release(id);
    const { standings, admission: { user } } = admitted;
    const { cursors = {}, epoch } = d;
    const heads = Object.fromEntries(standings.map(({ stream, head }) => [stream, head]));
    const refused = Object.keys(cursors).filter((stream) => !(stream in heads));
    delivery.send({ t: 'ready', d: { user, epoch: standings[0]?.epoch ?? '', streams: heads, refused }, ...refOf(frame) });
    const resumed = standings.flatMap(({ stream }) => (cursors[stream] == null ? [] : [stream]));
    if (resumed.length > 0) resume = createResumeWatch(resumed, metrics.resumed);
    const readers = delivery.start(user.id, standings, { epoch, seqs: cursors });
    commands = createCommands({ userId: user.id, epoch, readers, access, streams, now: clock.now });
    openFocus = () => {
      const watch = presences.open((userId, state) => delivery.sendEphemeral(`presence ${userId}`, { t: 'presence', d: { userId, state } }));
      return createFocus({ userId: user.id, access, watch, follows: readers.has, later });
    };
    journal.identified({ streams: standings.length, resumed: Object.keys(cursors).length, replaces: d.replaces });
  }

  /** Undefined: it was turned away, or has gone. */
  async function enter({ ticket: text, replaces }: Identify['d']): Promise<Admitted | undefined> {
    try {
      const ticket = await access.readTicket(text);
      const admitted = await access.admit(ticket);
      if (isOver) return undefined;
      admission = admitted.admission;
      journal.admitted(ticket.userId, ticket.sessionId);
      const place = await leases.acquire({ id, userId: ticket.userId, ticketId: ticket.id, replaced, refused: (why) => close(turnedAway[why]) }, replaces);
      if (place === 'held') return admitted;
      close(turnedAway[place]);
    } catch (error) {
      if (!(error instanceof AppError) || error.status !== 401) throw error;
      close(4401);
    }
    return undefined;
  }

  function refuse(error: AppError, ref: string | undefined): void {
    const problem = problemOf(error, currentContext()?.requestId ?? newId());
    journal.refused(error.code, problem.requestId);
    delivery.send({ t: 'error', d: { problem }, ...(ref === undefined ? {} : { ref }) });
    if (error.code === 'session.ended') close(4401);
  }

  identifyTimer = setTimeout(() => close(4428), config.identifyTimeoutMs);
  ws.on('message', (data, isBinary) => receive(data as Buffer, isBinary));
  ws.on('pong', () => (heardAt = clock.now()));
  ws.on('error', journal.socketFailed);
  socket.on('drain', delivery.drained);
  ws.on('close', (code) => {
    leave();
    metrics.closed(closing ?? code);
    journal.closed({ code: closing ?? code, answered: code, durationMs: clock.now() - openedAt, delivered });
    onClosed();
  });
  metrics.connected();
  journal.connected();
  delivery.send({ t: 'hello', d: { connectionId: id, heartbeatMs: config.heartbeatMs } });

  return {
    id,
    reconnect(afterMs) {
      isAskedToMove = true;
      delivery.send({ t: 'reconnect', d: { afterMs, url: null } });
    },
    close,
    endSession(sessionIds) {
      if (admission !== undefined && sessionIds.has(admission.sessionId)) close(4401);
    },
    pulse(isTurn) {
      if (closing !== undefined) return;
      const now = clock.now();
      if (admission !== undefined && now >= admission.expiresAt) return close(4401);
      const blockedSince = delivery.blockedSince();
      if (blockedSince !== null && now - blockedSince >= config.heartbeatMs) return close(4408);
      if (now - heardAt >= patienceInHeartbeats * config.heartbeatMs) return close(4408);
      if (isTurn) ws.ping();
    },
  };
}

const refOf = ({ ref }: { ref?: string | undefined }) => (ref === undefined ? {} : { ref });

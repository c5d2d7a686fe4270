import type { Duplex } from 'node:stream';

import { type ClientFrame, type CloseCode, closeCodes, type StreamId } from '@confab/contract';
import { AppError, currentContext } from '@confab/runtime';
import type { StreamEvent } from '@confab/stream';
import type { WebSocket } from 'ws';

import type { Admission, Admitted } from './access.ts';
import { type Bucket, createWindow } from './bucket.ts';
import { type Commands, createCommands } from './commands.ts';
import type { Context } from './context.ts';
import { createDelivery, type Delivery, type DeliveryOwner } from './delivery.ts';
import { closeCodeOf } from './failure.ts';
import { createFocus, type Focus } from './focus.ts';
import { createJournal, type Journal } from './journal.ts';
import type { Refusal } from './leases.ts';
import { problemOf } from './problem.ts';
import type { ResyncReason } from './reader.ts';
import type { Readers } from './readers.ts';
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
/** Who it is, with the epoch of the cursors that he brought. */
type Identity = { readonly userId: string; readonly epoch: string | undefined; readonly readers: Readers };

export interface Handshake {
  readonly context: Context;
  readonly ws: WebSocket;
  readonly socket: Duplex;
  readonly traceparent: string | undefined;
}

export const openConnection = (handshake: Handshake, onClosed: () => void): Connection => new SocketConnection(handshake, onClosed);

/** A class, as its parts are: with closures for methods each idle socket would take a quarter more. */
class SocketConnection implements Connection, DeliveryOwner {
  readonly id: string;
  readonly #context: Context;
  readonly #ws: WebSocket;
  readonly #journal: Journal;
  readonly #delivery: Delivery;
  readonly #frames: Bucket;
  readonly #openedAt: number;
  #admission: Admission | undefined;
  #identity: Identity | undefined;
  #commands: Commands | undefined;
  #focus: Focus | undefined;
  #resume: ResumeWatch | undefined;
  #identifyTimer: NodeJS.Timeout | undefined;
  #isIdentifying = false;
  #heardAt: number;
  #delivered = 0;
  #closing: CloseCode | undefined;
  #isOver = false;
  #isAskedToMove = false;
  /** Frames are handled one after the other; so many wait. */
  #waiting = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor({ context, ws, socket, traceparent }: Handshake, onClosed: () => void) {
    const { clock, config, logger, metrics, newId } = context;
    this.id = newId();
    this.#context = context;
    this.#ws = ws;
    this.#journal = createJournal({ logger, newId, connectionId: this.id, handshake: traceparent });
    this.#delivery = createDelivery({ wire: socket, context, owner: this });
    this.#frames = createWindow({ ...mostFrames, now: clock.now });
    this.#openedAt = clock.now();
    this.#heardAt = this.#openedAt;
    this.#identifyTimer = setTimeout(() => this.close(4428), config.identifyTimeoutMs);
    ws.on('message', (data, isBinary) => this.#receive(data as Buffer, isBinary));
    ws.on('pong', () => (this.#heardAt = clock.now()));
    ws.on('error', (error) => this.#journal.socketFailed(error));
    socket.on('drain', () => this.#delivery.drained());
    ws.on('close', (code) => {
      this.#closed(code);
      onClosed();
    });
    metrics.connected();
    this.#journal.connected();
    this.#delivery.greet({ t: 'hello', d: { connectionId: this.id, heartbeatMs: config.heartbeatMs } });
  }

  reconnect(afterMs: number): void {
    this.#isAskedToMove = true;
    this.#delivery.send({ t: 'reconnect', d: { afterMs, url: null } });
  }

  close(code: CloseCode): void {
    if (this.#closing !== undefined) return;
    this.#closing = code;
    this.#leave();
    this.#ws.close(code, closeCodes[code].name);
  }

  endSession(sessionIds: ReadonlySet<string>): void {
    if (this.#admission !== undefined && sessionIds.has(this.#admission.sessionId)) this.close(4401);
  }

  pulse(isTurn: boolean): void {
    if (this.#closing !== undefined) return;
    const { clock, config } = this.#context;
    const now = clock.now();
    if (this.#admission !== undefined && now >= this.#admission.expiresAt) return this.close(4401);
    const blockedSince = this.#delivery.blockedSince();
    if (blockedSince !== null && now - blockedSince >= config.heartbeatMs) return this.close(4408);
    if (now - this.#heardAt >= patienceInHeartbeats * config.heartbeatMs) return this.close(4408);
    if (isTurn) this.#ws.ping();
  }

  sessionEnded(sessionId: string): void {
    if (sessionId === this.#admission?.sessionId) this.close(4401);
  }

  demoted(queuedBytes: number): void {
    this.#journal.demoted(queuedBytes);
  }

  delivered(event: StreamEvent): void {
    this.#delivered += 1;
    this.#context.metrics.delivered(event);
    if (event.control) this.#focus?.heard(event);
  }

  resynced(stream: StreamId, reason: ResyncReason): void {
    this.#context.metrics.resynced(reason);
    this.#resume?.resynced(stream);
    this.#focus?.suspect(stream);
    // The end of the session may be among what is left out.
    if (stream.startsWith('user:')) void this.#assertLive();
  }

  synced(stream: StreamId): void {
    this.#resume?.synced(stream);
  }

  async #assertLive(): Promise<void> {
    try {
      if (this.#admission !== undefined && !(await this.#context.access.isLive(this.#admission.sessionId))) this.close(4401);
    } catch (error) {
      this.#journal.failed(error, 'whether the session is live is not known');
      this.close(1013);
    }
  }

  /** Its place is free, and nothing more goes out. */
  #leave(): void {
    this.#isOver = true;
    this.#endTimer();
    this.#context.leases.release(this.id);
    this.#focus?.close();
    this.#resume?.closed();
    this.#delivery.close();
  }

  #closed(answered: number): void {
    this.#leave();
    const code = this.#closing ?? answered;
    this.#context.metrics.closed(code);
    this.#journal.closed({ code, answered, durationMs: this.#context.clock.now() - this.#openedAt, delivered: this.#delivered });
  }

  #endTimer(): void {
    clearTimeout(this.#identifyTimer);
    this.#identifyTimer = undefined;
  }

  #receive(data: Buffer, isBinary: boolean): void {
    this.#heardAt = this.#context.clock.now();
    if (this.#closing !== undefined) return;
    if (!this.#frames.take()) return this.close(4429);
    const received = this.#context.readFrame(data, isBinary);
    if ('close' in received) return this.close(received.close);
    const type = 'frame' in received ? received.frame.t : received.type;
    if (!this.#isIdentifying && type !== 'identify') return this.close(4400);
    if ('refused' in received) return this.#refuse(received.refused, received.ref);
    const { frame } = received;
    if (frame.t === 'heartbeat') return this.#delivery.send({ t: 'heartbeat', d: {}, ...refOf(frame) });
    if (frame.t === 'identify' && !this.#isIdentifying) {
      this.#isIdentifying = true;
      this.#endTimer();
    }
    this.#enqueue(frame);
  }

  #enqueue(frame: ClientFrame): void {
    if (this.#waiting >= mostWaitingFrames) return this.close(4429);
    this.#waiting += 1;
    this.#turn = this.#turn.then(() => this.#journal.frame(frame, () => this.#handle(frame))).finally(() => (this.#waiting -= 1));
  }

  async #handle(frame: ClientFrame): Promise<void> {
    if (this.#isOver) return;
    try {
      if (frame.t === 'identify') await this.#identify(frame);
      else await this.#obey(frame);
    } catch (error) {
      if (error instanceof AppError && error.status < 500) return this.#refuse(error, frame.ref);
      this.#journal.failed(error, 'a frame failed', frame.t);
      this.close(closeCodeOf(error));
    }
  }

  async #obey(frame: Exclude<ClientFrame, { t: 'identify' }>): Promise<void> {
    switch (frame.t) {
      case 'subscribe':
        return this.#openCommands()?.subscribe(frame.d);
      case 'unsubscribe':
        this.#openCommands()?.unsubscribe(frame.d);
        for (const stream of Object.keys(frame.d.streams)) this.#focus?.suspect(stream as StreamId);
        return;
      case 'typing':
        return this.#openCommands()?.typing(frame.d);
      case 'refresh':
        if (this.#admission !== undefined) this.#admission = await this.#context.access.renew(this.#admission, frame.d.accessToken);
        return;
      case 'presence':
        return this.#context.leases.setAway(this.id, frame.d.state === 'away');
      case 'focus':
        return this.#openFocus()?.set(frame.d);
      case 'heartbeat':
    }
  }

  async #identify({ d, ...frame }: Identify): Promise<void> {
    if (this.#admission !== undefined) throw new AppError('frame.invalid', { detail: 'This connection is identified already.' });
    const admitted = await this.#enter(d);
    if (admitted === undefined) return;
    if (this.#isOver) return this.#context.leases.release(this.id);
    const { standings, admission: { user } } = admitted;
    const { cursors = {}, epoch } = d;
    const heads = Object.fromEntries(standings.map(({ stream, head }) => [stream, head]));
    const refused = Object.keys(cursors).filter((stream) => !(stream in heads));
    this.#delivery.send({ t: 'ready', d: { user, epoch: standings[0]?.epoch ?? '', streams: heads, refused }, ...refOf(frame) });
    const resumed = standings.flatMap(({ stream }) => (cursors[stream] == null ? [] : [stream]));
    if (resumed.length > 0) this.#resume = createResumeWatch(resumed, this.#context.metrics.resumed);
    this.#identity = { userId: user.id, epoch, readers: this.#delivery.start(user.id, standings, { epoch, seqs: cursors }) };
    this.#journal.identified({ streams: standings.length, resumed: Object.keys(cursors).length, replaces: d.replaces });
  }

  /** Undefined: it was turned away, or has gone. */
  async #enter({ ticket: text, replaces }: Identify['d']): Promise<Admitted | undefined> {
    const { access, leases } = this.#context;
    try {
      const ticket = await access.readTicket(text);
      const { userId, sessionId, id: ticketId } = ticket;
      const admitted = await access.admit(ticket);
      if (this.#isOver) return undefined;
      this.#admission = admitted.admission;
      this.#journal.admitted(userId, sessionId);
      const place = await leases.acquire({ id: this.id, userId, ticketId, replaced: () => this.#replaced(), refused: (why) => this.close(turnedAway[why]) }, replaces);
      if (place === 'held') return admitted;
      this.close(turnedAway[place]);
    } catch (error) {
      if (!(error instanceof AppError) || error.status !== 401) throw error;
      this.close(4401);
    }
    return undefined;
  }

  /** Who was asked to move goes by himself, once his new connection has caught up: until then he hears from here. */
  #replaced(): void {
    if (!this.#isAskedToMove) this.close(4410);
  }

  /** Most connections never ask for anything. */
  #openCommands(): Commands | undefined {
    if (this.#identity === undefined) return undefined;
    const { access, streams, clock } = this.#context;
    return (this.#commands ??= createCommands({ ...this.#identity, access, streams, now: clock.now }));
  }

  /** Nor look at anybody. */
  #openFocus(): Focus | undefined {
    if (this.#identity === undefined || this.#focus !== undefined) return this.#focus;
    const { access, presences, later } = this.#context;
    const { userId, readers } = this.#identity;
    const watch = presences.open((of, state) => this.#delivery.offer(`presence ${of}`, { t: 'presence', d: { userId: of, state } }));
    this.#focus = createFocus({ userId, access, watch, follows: (stream) => readers.has(stream), later });
    return this.#focus;
  }

  #refuse(error: AppError, ref: string | undefined): void {
    const problem = problemOf(error, currentContext()?.requestId ?? this.#context.newId());
    this.#journal.refused(error.code, problem.requestId);
    this.#delivery.send({ t: 'error', d: { problem }, ...(ref === undefined ? {} : { ref }) });
    if (error.code === 'session.ended') this.close(4401);
  }
}

const refOf = ({ ref }: { ref?: string | undefined }) => (ref === undefined ? {} : { ref });

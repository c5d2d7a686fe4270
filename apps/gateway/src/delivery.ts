import type { ServiceFrame, StreamId } from '@confab/contract';
import type { Clock } from '@confab/runtime';
import type { Ephemeral, StreamEvent } from '@confab/stream';

import type { Access } from './access.ts';
import type { Flusher } from './flusher.ts';
import { eventFrame, serviceFrame } from './frames.ts';
import type { Hub } from './hub.ts';
import { createOutbound, type Outbound, type OutboundDeps, type Wire } from './outbound.ts';
import type { ResyncReason, Standing } from './reader.ts';
import { createReaders, type Readers, type ReadersDeps } from './readers.ts';
import type { Room } from './room.ts';

/** What goes out over one socket: frames in order, and once it is identified, its streams. */
export interface Delivery {
  /** The first frame, at once: the answer to the upgrade waits for it. */
  greet(frame: ServiceFrame): void;
  send(frame: ServiceFrame): void;
  /** What may be lost; only the latest of a key is kept. False: not taken, the queue is too long. */
  offer(key: string, frame: ServiceFrame): boolean;
  /** Begins the user's streams, each at its cursor or at its head. */
  start(userId: string, standings: readonly Standing[], cursors: Cursors): Readers;
  queuedBytes(): number;
  blockedSince(): number | null;
  /** The wire has taken everything. */
  drained(): void;
  close(): void;
}

export interface Cursors {
  readonly epoch: string | undefined;
  readonly seqs: Readonly<Record<string, number | null>>;
}

/** Whose delivery it is, and hears what becomes of it. */
export interface DeliveryOwner {
  /** The session with this id has ended; it may not be this socket's. */
  sessionEnded(sessionId: string): void;
  delivered(event: StreamEvent): void;
  /** The socket is too far behind: its streams wait until it has drained. */
  demoted(queuedBytes: number): void;
  resynced(stream: StreamId, reason: ResyncReason): void;
  synced(stream: StreamId): void;
}

export interface DeliveryDeps {
  readonly wire: Wire;
  readonly context: {
    readonly flusher: Flusher;
    readonly hub: Pick<Hub, 'enter' | 'leave'>;
    readonly access: Pick<Access, 'standing' | 'standings'>;
    readonly clock: Clock;
    later(delayMs: number, work: () => void): void;
  };
  readonly owner: DeliveryOwner;
}

export const createDelivery = (deps: DeliveryDeps): Delivery => new SocketDelivery(deps);

/** A class, as the connection is, and itself what its queue and its readers lean on: who is connected and silent shall cost little memory. */
class SocketDelivery implements Delivery, OutboundDeps, ReadersDeps {
  readonly wire: Wire;
  readonly #context: DeliveryDeps['context'];
  readonly #owner: DeliveryOwner;
  readonly #outbound: Outbound;
  #readers: Readers | undefined;
  userId = '';

  constructor({ wire, context, owner }: DeliveryDeps) {
    this.wire = wire;
    this.#context = context;
    this.#owner = owner;
    this.#outbound = createOutbound(this);
  }

  greet(frame: ServiceFrame): void {
    this.wire.write(serviceFrame(frame));
  }

  send(frame: ServiceFrame): void {
    this.#outbound.push(serviceFrame(frame));
  }

  offer(key: string, frame: ServiceFrame): boolean {
    return this.#outbound.pushEphemeral(key, serviceFrame(frame));
  }

  start(userId: string, standings: readonly Standing[], { epoch, seqs }: Cursors): Readers {
    this.userId = userId;
    const readers = createReaders(this);
    this.#readers = readers;
    for (const standing of standings) readers.begin(standing, { epoch, seq: seqs[standing.stream] ?? null });
    return readers;
  }

  queuedBytes(): number {
    return this.#outbound.queuedBytes();
  }

  blockedSince(): number | null {
    return this.#outbound.blockedSince();
  }

  drained(): void {
    this.#outbound.drained();
  }

  close(): void {
    this.#readers?.close();
    this.#outbound.close();
  }

  get flusher(): Flusher {
    return this.#context.flusher;
  }

  now(): number {
    return this.#context.clock.now();
  }

  onOverflow(): void {
    if (this.#readers === undefined) return;
    this.#readers.demote();
    this.#owner.demoted(this.queuedBytes());
  }

  onRoom(): void {
    this.#readers?.advance();
  }

  enter(stream: StreamId): Room {
    return this.#context.hub.enter(stream);
  }

  leave(room: Room): void {
    this.#context.hub.leave(room);
  }

  standing(stream: StreamId): Promise<Standing | undefined> {
    return this.#context.access.standing(this.userId, stream);
  }

  standings(): Promise<readonly Standing[]> {
    return this.#context.access.standings(this.userId);
  }

  hasRoom(): boolean {
    return this.#outbound.hasRoom();
  }

  sendEvent(event: StreamEvent): void {
    this.#outbound.push(eventFrame(event));
    this.#owner.delivered(event);
  }

  sendEphemeral({ type, stream, userId, d }: Ephemeral): void {
    this.offer(`${type} ${stream} ${userId}`, { t: type, d });
  }

  sendSynced(stream: StreamId, seq: number): void {
    this.send({ t: 'synced', d: {}, r: stream, s: seq });
    this.#owner.synced(stream);
  }

  sendResync(stream: StreamId, { head, epoch }: Standing, reason: ResyncReason): void {
    this.send({ t: 'resync', d: { head, epoch, reason }, r: stream, s: head });
    this.#owner.resynced(stream, reason);
  }

  sessionEnded(sessionId: string): void {
    this.#owner.sessionEnded(sessionId);
  }

  later(delayMs: number, work: () => void): void {
    this.#context.later(delayMs, work);
  }
}

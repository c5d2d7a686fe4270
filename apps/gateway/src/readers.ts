import type { EventMap, StreamId } from '@confab/contract';
import type { Ephemeral, StreamEvent } from '@confab/stream';

import { createReader, type Reader, type ResyncReason, type Sink, type Standing } from './reader.ts';
import type { Room } from './room.ts';
import { type Cursor, startOf } from './start.ts';

/** All streams that one socket reads. */
export interface Readers {
  /** Follows a stream from the cursor on, anew if it was followed already. */
  begin(standing: Standing, cursor: Cursor): void;
  has(stream: StreamId): boolean;
  end(stream: StreamId): void;
  /** The socket's queue is too long: everything leaves the live sets and keeps its place. */
  demote(): void;
  /** The socket's queue has room again. */
  advance(): void;
  close(): void;
}

export interface ReadersDeps {
  readonly userId: string;
  /** The room of a stream, opened if need be. */
  enter(stream: StreamId): Room;
  /** After a reader has gone from it. */
  leave(room: Room): void;
  standing(stream: StreamId): Promise<Standing | undefined>;
  standings(): Promise<readonly Standing[]>;
  hasRoom(): boolean;
  sendEvent(event: StreamEvent): void;
  sendEphemeral(ephemeral: Ephemeral): void;
  sendSynced(stream: StreamId, seq: number): void;
  sendResync(stream: StreamId, standing: Standing, reason: ResyncReason): void;
  sessionEnded(sessionId: string): void;
  later(delayMs: number, work: () => void): void;
}

/** When a user became a member. */
type Joining = Pick<Standing, 'epoch' | 'joinedSeq'>;

interface Moves {
  /** Added again at this number, while the reader has yet to meet the removal before it; and whether the client was told. */
  readonly comesBack: Map<StreamId, Joining & { isTold: boolean }>;
  /** Where it was taken out of a room. A standing that begins before that was read before. */
  readonly takenOut: Map<StreamId, Reader>;
  /** The earliest joining that can still hold, by what the own stream has told. */
  readonly earliest: Map<StreamId, Joining>;
}

const retryMs = 500;

export const createReaders = (deps: ReadersDeps): Readers => new SocketReaders(deps);

/** A class, as the connection is. It is the sink of its own readers. */
class SocketReaders implements Readers, Sink {
  readonly userId: string;
  readonly #deps: ReadersDeps;
  readonly #ownStream: StreamId;
  readonly #held = new Map<StreamId, { reader: Reader; room: Room }>();
  /** Of rooms gained and lost; most sockets meet neither. */
  #moves: Moves | undefined;
  /** Readers that replay from the log; the first has the turn. */
  #line: Set<Reader> | undefined;
  #isClosed = false;

  constructor(deps: ReadersDeps) {
    this.#deps = deps;
    this.userId = deps.userId;
    this.#ownStream = `user:${deps.userId}`;
  }

  begin(standing: Standing, cursor: Cursor): void {
    const { position, reason } = startOf(standing, cursor);
    this.#follow(standing, position, reason);
  }

  has(stream: StreamId): boolean {
    return this.#held.has(stream);
  }

  end(stream: StreamId): void {
    const entry = this.#held.get(stream);
    if (entry === undefined) return;
    this.#held.delete(stream);
    this.#moves?.comesBack.delete(stream);
    entry.room.detach(entry.reader);
    this.#deps.leave(entry.room);
  }

  demote(): void {
    for (const { reader, room } of this.#held.values()) room.demote(reader);
  }

  advance(): void {
    for (const { reader, room } of this.#held.values()) room.advance(reader);
  }

  close(): void {
    this.#isClosed = true;
    for (const stream of this.#held.keys()) this.end(stream);
  }

  hasRoom(): boolean {
    return this.#deps.hasRoom();
  }

  event(event: StreamEvent): void {
    this.#deps.sendEvent(event);
    if (!event.control || event.stream !== this.#ownStream) return;
    if (event.type === 'member.added') this.#added(event);
    else if (event.type === 'member.removed') this.#removed(event);
    else this.heard(event);
  }

  /** Nobody whose session has ended is kept waiting for what is queued before it. */
  heard(event: StreamEvent): void {
    if (event.type === 'session.ended') this.#deps.sessionEnded((JSON.parse(event.payload) as EventMap['session.ended']).sessionId);
  }

  whisper(ephemeral: Ephemeral): void {
    if (ephemeral.userId !== this.userId) this.#deps.sendEphemeral(ephemeral);
  }

  synced(stream: StreamId, seq: number): void {
    this.#deps.sendSynced(stream, seq);
  }

  resync(stream: StreamId, standing: Standing, reason: ResyncReason): void {
    this.#deps.sendResync(stream, standing, reason);
    // What it was told of rooms gained is lost with the events left out.
    if (stream === this.#ownStream) void this.#joinMissing();
  }

  standing(stream: StreamId): Promise<Standing | undefined> {
    return this.#deps.standing(stream);
  }

  detached(reader: Reader): void {
    const entry = this.#held.get(reader.stream);
    if (entry?.reader !== reader) return;
    this.#held.delete(reader.stream);
    this.#noted().takenOut.set(reader.stream, reader);
    this.#deps.leave(entry.room);
    const again = this.#moves?.comesBack.get(reader.stream);
    this.#moves?.comesBack.delete(reader.stream);
    if (again === undefined || !isAheadOf(again, reader)) return;
    if (again.isTold) void this.#join(reader.stream, again);
    else void this.#joinMissing();
  }

  takeTurn(reader: Reader): boolean {
    this.#line ??= new Set();
    this.#line.add(reader);
    return first(this.#line) === reader;
  }

  passTurn(reader: Reader): void {
    if (this.#line === undefined) return;
    const hadTurn = first(this.#line) === reader;
    if (!this.#line.delete(reader) || !hadTurn) return;
    const next = first(this.#line);
    if (next !== undefined) this.#held.get(next.stream)?.room.advance(next);
    else this.#line = undefined;
  }

  #noted(): Moves {
    return (this.#moves ??= { comesBack: new Map(), takenOut: new Map(), earliest: new Map() });
  }

  #follow(standing: Standing, position: number, reason: ResyncReason | null): void {
    const last = this.#moves?.takenOut.get(standing.stream);
    if (last !== undefined && !isAheadOf(standing, last)) return;
    this.#moves?.takenOut.delete(standing.stream);
    this.end(standing.stream);
    const room = this.#deps.enter(standing.stream);
    const reader = createReader(this, standing, position);
    this.#held.set(standing.stream, { reader, room });
    room.attach(reader, reason, standing);
  }

  #added(event: StreamEvent): void {
    const { roomId, joinedSeq } = JSON.parse(event.payload) as EventMap['member.added'];
    const stream: StreamId = `room:${roomId}`;
    const joining = { epoch: event.epoch, joinedSeq };
    this.#notBefore(stream, joining);
    if (!this.#awaits(stream, joining, true)) void this.#join(stream, joining);
  }

  #removed(event: StreamEvent): void {
    const { roomId, joinedSeq } = JSON.parse(event.payload) as EventMap['member.removed'];
    this.#notBefore(`room:${roomId}`, { epoch: event.epoch, joinedSeq: joinedSeq + 1 });
  }

  #notBefore(stream: StreamId, joining: Joining): void {
    const known = this.#moves?.earliest.get(stream);
    if (known?.epoch !== joining.epoch || known.joinedSeq < joining.joinedSeq) this.#noted().earliest.set(stream, joining);
  }

  /** Whether there is a reader, which then comes to this joining, if it has not, by way of a removal. */
  #awaits(stream: StreamId, { epoch, joinedSeq }: Joining, isTold: boolean): boolean {
    const entry = this.#held.get(stream);
    if (entry === undefined) return false;
    const known = this.#moves?.comesBack.get(stream);
    const isNews = known === undefined || known.epoch !== epoch || known.joinedSeq < joinedSeq;
    if (isNews && isAheadOf({ epoch, joinedSeq }, entry.reader)) this.#noted().comesBack.set(stream, { epoch, joinedSeq, isTold });
    return true;
  }

  async #join(stream: StreamId, joining: Joining): Promise<void> {
    try {
      const standing = await this.#deps.standing(stream);
      if (this.#isClosed || standing === undefined || this.#awaits(stream, joining, true)) return;
      if (standing.epoch !== joining.epoch) this.#follow(standing, standing.head, 'epoch');
      // Another number: he has left since and come again, and a later event tells of that.
      else if (standing.joinedSeq === joining.joinedSeq) this.#follow(standing, joining.joinedSeq, null);
    } catch {
      this.#deps.later(retryMs, () => void (this.#isClosed || this.#join(stream, joining)));
    }
  }

  async #joinMissing(): Promise<void> {
    try {
      const standings = await this.#deps.standings();
      if (this.#isClosed) return;
      for (const standing of standings) {
        const told = this.#moves?.earliest.get(standing.stream);
        if (told?.epoch === standing.epoch && standing.joinedSeq < told.joinedSeq) continue;
        if (!this.#awaits(standing.stream, standing, false)) this.#follow(standing, standing.head, 'before_join');
      }
    } catch {
      this.#deps.later(retryMs, () => void (this.#isClosed || this.#joinMissing()));
    }
  }
}

/** The reader has not come to this joining: before it, it will meet a removal, or the end of its history. */
function isAheadOf(joining: Joining, reader: Reader): boolean {
  return joining.epoch !== reader.epoch || joining.joinedSeq > reader.position;
}

function first<T>(set: Set<T>): T | undefined {
  const [value] = set;
  return value;
}

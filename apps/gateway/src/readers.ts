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

export function createReaders(deps: ReadersDeps): Readers {
  const ownStream: StreamId = `user:${deps.userId}`;
  const held = new Map<StreamId, { reader: Reader; room: Room }>();
  /** Of rooms gained and lost; most sockets meet neither. */
  let moves: Moves | undefined;
  const noted = (): Moves => (moves ??= { comesBack: new Map(), takenOut: new Map(), earliest: new Map() });
  /** Readers that replay from the log; the first has the turn. */
  const line = new Set<Reader>();
  let isClosed = false;

  const sink: Sink = {
    userId: deps.userId,
    hasRoom: deps.hasRoom,
    event(event) {
      deps.sendEvent(event);
      if (!event.control || event.stream !== ownStream) return;
      if (event.type === 'member.added') added(event);
      else if (event.type === 'member.removed') removed(event);
      else sink.heard(event);
    },
    // Nobody whose session has ended is kept waiting for what is queued before it.
    heard(event) {
      if (event.type === 'session.ended') deps.sessionEnded((JSON.parse(event.payload) as EventMap['session.ended']).sessionId);
    },
    whisper(ephemeral) {
      if (ephemeral.userId !== deps.userId) deps.sendEphemeral(ephemeral);
    },
    synced: deps.sendSynced,
    resync(stream, standing, reason) {
      deps.sendResync(stream, standing, reason);
      // What it was told of rooms gained is lost with the events left out.
      if (stream === ownStream) void joinMissing();
    },
    standing: deps.standing,
    detached(reader) {
      const entry = held.get(reader.stream);
      if (entry?.reader !== reader) return;
      held.delete(reader.stream);
      noted().takenOut.set(reader.stream, reader);
      deps.leave(entry.room);
      const again = moves?.comesBack.get(reader.stream);
      moves?.comesBack.delete(reader.stream);
      if (again === undefined || !isAheadOf(again, reader)) return;
      if (again.isTold) void join(reader.stream, again);
      else void joinMissing();
    },
    takeTurn(reader) {
      line.add(reader);
      return first(line) === reader;
    },
    passTurn(reader) {
      const hadTurn = first(line) === reader;
      if (!line.delete(reader) || !hadTurn) return;
      const next = first(line);
      if (next !== undefined) held.get(next.stream)?.room.advance(next);
    },
  };

  function begin(standing: Standing, cursor: Cursor): void {
    const { position, reason } = startOf(standing, cursor);
    follow(standing, position, reason);
  }

  function follow(standing: Standing, position: number, reason: ResyncReason | null): void {
    const last = moves?.takenOut.get(standing.stream);
    if (last !== undefined && !isAheadOf(standing, last)) return;
    moves?.takenOut.delete(standing.stream);
    end(standing.stream);
    const room = deps.enter(standing.stream);
    const reader = createReader(sink, standing, position);
    held.set(standing.stream, { reader, room });
    room.attach(reader, reason, standing);
  }

  function end(stream: StreamId): void {
    const entry = held.get(stream);
    if (entry === undefined) return;
    held.delete(stream);
    moves?.comesBack.delete(stream);
    entry.room.detach(entry.reader);
    deps.leave(entry.room);
  }

  function added(event: StreamEvent): void {
    const { roomId, joinedSeq } = JSON.parse(event.payload) as EventMap['member.added'];
    const stream: StreamId = `room:${roomId}`;
    const joining = { epoch: event.epoch, joinedSeq };
    notBefore(stream, joining);
    if (!awaits(stream, joining, true)) void join(stream, joining);
  }

  function removed(event: StreamEvent): void {
    const { roomId, joinedSeq } = JSON.parse(event.payload) as EventMap['member.removed'];
    notBefore(`room:${roomId}`, { epoch: event.epoch, joinedSeq: joinedSeq + 1 });
  }

  function notBefore(stream: StreamId, joining: Joining): void {
    const known = moves?.earliest.get(stream);
    if (known?.epoch !== joining.epoch || known.joinedSeq < joining.joinedSeq) noted().earliest.set(stream, joining);
  }

  /** Whether there is a reader, which then comes to this joining, if it has not, by way of a removal. */
  function awaits(stream: StreamId, { epoch, joinedSeq }: Joining, isTold: boolean): boolean {
    const entry = held.get(stream);
    if (entry === undefined) return false;
    const known = moves?.comesBack.get(stream);
    const isNews = known === undefined || known.epoch !== epoch || known.joinedSeq < joinedSeq;
    if (isNews && isAheadOf({ epoch, joinedSeq }, entry.reader)) noted().comesBack.set(stream, { epoch, joinedSeq, isTold });
    return true;
  }

  async function join(stream: StreamId, joining: Joining): Promise<void> {
    try {
      const standing = await deps.standing(stream);
      if (isClosed || standing === undefined || awaits(stream, joining, true)) return;
      if (standing.epoch !== joining.epoch) follow(standing, standing.head, 'epoch');
      // Another number: he has left since and come again, and a later event tells of that.
      else if (standing.joinedSeq === joining.joinedSeq) follow(standing, joining.joinedSeq, null);
    } catch {
      deps.later(retryMs, () => void (isClosed || join(stream, joining)));
    }
  }

  async function joinMissing(): Promise<void> {
    try {
      const standings = await deps.standings();
      if (isClosed) return;
      for (const standing of standings) {
        const told = moves?.earliest.get(standing.stream);
        if (told?.epoch === standing.epoch && standing.joinedSeq < told.joinedSeq) continue;
        if (!awaits(standing.stream, standing, false)) follow(standing, standing.head, 'before_join');
      }
    } catch {
      deps.later(retryMs, () => void (isClosed || joinMissing()));
    }
  }

  return {
    begin,
    has: (stream) => held.has(stream),
    end,
    demote() {
      for (const { reader, room } of held.values()) room.demote(reader);
    },
    advance() {
      for (const { reader, room } of held.values()) room.advance(reader);
    },
    close() {
      isClosed = true;
      for (const stream of held.keys()) end(stream);
    },
  };
}

/** The reader has not come to this joining: before it, it will meet a removal, or the end of its history. */
function isAheadOf(joining: Joining, reader: Reader): boolean {
  return joining.epoch !== reader.epoch || joining.joinedSeq > reader.position;
}

function first<T>(set: Set<T>): T | undefined {
  const [value] = set;
  return value;
}

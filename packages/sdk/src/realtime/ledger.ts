import type { EventFrame, Schemas, StreamId } from '@confab/contract';
import type { ResyncEvent, StartingPoint } from './events.ts';

/** What to do with a numbered frame: `unknown` is of a stream that is not followed. */
export type Verdict = 'apply' | 'duplicate' | 'gap' | 'unknown';

export interface Identity {
  epoch?: string;
  cursors?: Record<string, number>;
}

export interface Ledger {
  readonly epoch: string | undefined;
  cursors(): Record<StreamId, number>;
  begin(from: StartingPoint): void;
  forget(): void;
  /** What to identify with. */
  identify(): Identity;
  /** Takes up what the gateway says is mine; `sent` is what this connection identified with. */
  ready(ready: Schemas['Ready'], sent: Identity): { resyncs: ResyncEvent[]; unattached: [StreamId, number][]; refused: StreamId[] };
  /** Moves the cursor if the frame is the next of its stream. */
  place(stream: StreamId, seq: number): Verdict;
  /** What an applied event of my own stream says about which rooms are mine. */
  membership(frame: EventFrame): ResyncEvent | undefined;
  synced(stream: StreamId, seq: number): { verdict: Verdict; resync?: ResyncEvent };
  /** Rooms that I left after what the last `ready` shows: what its connection still says of them is over. */
  hasLeft(stream: StreamId): boolean;
  /** Goes on from the head, unless I have left. Backwards only if it `mayLower` and the log really ends there: a late copy never does. */
  resync(stream: StreamId, resync: Schemas['Resync'], mayLower: boolean): ResyncEvent | undefined;
  /** Begins a stream at a number, or with null at its head, unless it is followed already. */
  follow(stream: StreamId, seq: number | null): void;
  drop(stream: StreamId): void;
}

export const roomStream = (roomId: string): StreamId => `room:${roomId}`;

const maxCursors = 1_000;

/** What was seen of each stream. All that keeps an event from being applied twice, out of order, or after a hole is here. */
export function createLedger(): Ledger {
  let epoch: string | undefined;
  /** The least recently moved first. */
  const cursors = new Map<StreamId, number>();
  /** Streams whose numbers are of another epoch: nothing of them counts until their resync. */
  const awaiting = new Set<StreamId>();
  /** Asked for from their head, whatever that is. */
  const requested = new Set<StreamId>();
  /** Streams that the gateway began anew since it said what is mine: their cursors are of the membership of now. */
  const renewed = new Set<StreamId>();
  /** Rooms that I joined or left, and the number of the event that said so: a `ready` that shows less of my stream is behind. */
  const told = new Map<StreamId, { readonly seq: number; readonly isMine: boolean }>();
  let roster: { mine: StreamId; head: number; streams: ReadonlySet<StreamId> } | undefined;

  function move(stream: StreamId, seq: number): void {
    drop(stream);
    cursors.set(stream, seq);
  }

  function drop(stream: StreamId): void {
    cursors.delete(stream);
    awaiting.delete(stream);
    requested.delete(stream);
  }

  function hasLeft(stream: StreamId): boolean {
    return told.get(stream)?.isMine === false;
  }

  function enterEpoch(next: string): void {
    if (epoch !== undefined && epoch !== next) {
      for (const stream of cursors.keys()) awaiting.add(stream);
      cursors.clear();
      told.clear();
    }
    epoch = next;
  }

  /** A stream that the gateway began at its head although more may have happened since it was last seen. */
  function beginAtHead(stream: StreamId, head: number, resumed: boolean): ResyncEvent[] {
    const seen = cursors.get(stream);
    const reason = awaiting.has(stream) ? 'epoch' : seen === undefined ? 'new_stream' : 'too_many';
    renewed.add(stream);
    const missed = resumed && (seen === undefined || seen < head);
    if (seen === undefined || seen < head) move(stream, head);
    return missed && epoch !== undefined ? [{ stream, head, epoch, reason }] : [];
  }

  /** The gateway began this room at a later number before it told me that I joined: what lies between will not come. */
  function enterRoom(room: StreamId, joinedSeq: number): ResyncEvent | undefined {
    const seen = cursors.get(room);
    if (awaiting.has(room) || epoch === undefined) return undefined;
    if (seen !== undefined && seen > joinedSeq) return { stream: room, head: seen, epoch, reason: 'new_stream' };
    move(room, joinedSeq);
    return undefined;
  }

  return {
    get epoch() {
      return epoch;
    },
    cursors: () => Object.fromEntries(cursors) as Record<StreamId, number>,
    begin(from) {
      for (const stream of [...cursors.keys(), ...awaiting]) drop(stream);
      told.clear();
      epoch = from.epoch;
      for (const [stream, seq] of Object.entries(from.streams)) cursors.set(stream as StreamId, seq);
    },
    forget() {
      cursors.clear();
      awaiting.clear();
      requested.clear();
      renewed.clear();
      told.clear();
      epoch = undefined;
      roster = undefined;
    },
    identify() {
      if (epoch === undefined) return {};
      const own = [...cursors].filter(([stream]) => stream.startsWith('user:'));
      const rooms = [...cursors].filter(([stream]) => !stream.startsWith('user:'));
      const chosen = [...own, ...rooms.toReversed()].slice(0, maxCursors);
      return chosen.length === 0 ? { epoch } : { epoch, cursors: Object.fromEntries(chosen) };
    },
    ready(ready, sent) {
      const resumed = epoch !== undefined;
      const sameEpoch = epoch === ready.epoch;
      renewed.clear();
      enterEpoch(ready.epoch);
      const streams = Object.entries(ready.streams) as [StreamId, number][];
      roster = { mine: `user:${ready.user.id}`, head: ready.streams[`user:${ready.user.id}`] ?? 0, streams: new Set(streams.map(([stream]) => stream)) };
      for (const [stream, { seq }] of told) if (seq <= roster.head) told.delete(stream);
      const refused = (ready.refused as StreamId[]).filter((stream) => told.get(stream)?.isMine !== true);
      for (const stream of refused) drop(stream);
      const resyncs = streams.flatMap(([stream, head]) => (!hasLeft(stream) && sent.cursors?.[stream] === undefined ? beginAtHead(stream, head, resumed) : []));
      const absent = [...cursors].filter(([stream]) => ready.streams[stream] === undefined && told.get(stream)?.isMine !== true);
      for (const [stream] of absent) if (sent.cursors?.[stream] !== undefined) drop(stream);
      const unattached = sameEpoch ? absent.filter(([stream]) => cursors.has(stream)) : [];
      return { resyncs, unattached, refused };
    },
    place(stream, seq) {
      const seen = cursors.get(stream);
      if (seen === undefined) return 'unknown';
      if (seq <= seen) return 'duplicate';
      if (seq > seen + 1) return 'gap';
      move(stream, seq);
      return 'apply';
    },
    membership(frame) {
      if (frame.t !== 'member.added' && frame.t !== 'member.removed') return undefined;
      if (!frame.r.startsWith('user:')) return undefined;
      const room = roomStream(frame.d.roomId);
      if (frame.t === 'member.added') {
        told.set(room, { seq: frame.s, isMine: true });
        return enterRoom(room, frame.d.joinedSeq);
      }
      // A removal from before `ready`, of a room that is mine at `ready`: I have joined it again since, and may have been told how it goes on.
      const rejoined = roster?.mine === frame.r && frame.s <= roster.head && roster.streams.has(room);
      if (!rejoined || !renewed.has(room)) drop(room);
      if (!rejoined) told.set(room, { seq: frame.s, isMine: false });
      return undefined;
    },
    synced(stream, seq) {
      const seen = cursors.get(stream);
      if (seen !== undefined) return { verdict: seq > seen ? 'gap' : 'duplicate' };
      const late = awaiting.has(stream);
      if (!late && !requested.has(stream)) return { verdict: 'unknown' };
      move(stream, seq);
      return late && epoch !== undefined ? { verdict: 'apply', resync: { stream, head: seq, epoch, reason: 'epoch' } } : { verdict: 'apply' };
    },
    hasLeft,
    resync(stream, { head, epoch: theirs, reason }, mayLower) {
      if (hasLeft(stream)) return undefined;
      const seen = cursors.get(stream) ?? 0;
      const from = mayLower && reason === 'beyond_head' ? head : Math.max(seen, head);
      move(stream, from);
      renewed.add(stream);
      return { stream, head: from, epoch: theirs, reason };
    },
    follow(stream, seq) {
      if (hasLeft(stream)) told.delete(stream);
      if (cursors.has(stream)) return;
      if (seq === null) requested.add(stream);
      else move(stream, seq);
    },
    drop,
  };
}

import type { StreamId } from '@confab/contract';

import type { SimulatedDatabase } from './database.ts';

export class Violation extends Error {
  override readonly name = 'Violation';
}

interface Frame {
  readonly t: string;
  readonly d: Record<string, unknown>;
  readonly r?: StreamId;
  readonly s?: number;
}

interface Place {
  cursor: number;
  epoch: string;
  isSynced: boolean;
  /** The gateway has said something of this attach. */
  isHeard: boolean;
  /** Where he was added again, as the user stream told, while the room's stream has yet to come to the removal before. */
  joins: Start[];
  /** A frame without content may have been of this one, in the history before: the next event tells. */
  before?: Place;
}

interface Start {
  readonly cursor: number;
  readonly epoch: string;
}

export interface Allowed {
  /** Reasons for a resync that this schedule has given cause for. */
  readonly reasons: Set<string>;
}

/** What a member is promised, as a client that believes nothing. Cursors outlive connections. */
export interface Client {
  readonly user: string;
  readonly epoch: string | undefined;
  readonly cursors: Record<string, number>;
  readonly resyncs: number;
  readonly applied: number;
  receive(text: string): void;
  disconnected(): void;
  /** Everything is healed and quiet: he must have everything. */
  finish(isConnected: boolean): void;
}

export function createClient(user: string, name: string, database: SimulatedDatabase, allowed: Allowed): Client {
  const own: StreamId = `user:${user}`;
  const places = new Map<StreamId, Place>();
  let resyncs = 0;
  let applied = 0;

  function fail(problem: string): never {
    throw new Violation(`${name}: ${problem}`);
  }

  function placeOf(stream: StreamId, why: string): Place {
    return places.get(stream) ?? fail(`${why} of ${stream}, where he has no place`);
  }

  function ready(frame: Frame): void {
    const { streams, epoch: said } = frame.d as { streams: Record<StreamId, number>; epoch: string };
    for (const stream of places.keys()) if (!(stream in streams)) places.delete(stream);
    for (const [stream, head] of Object.entries(streams) as [StreamId, number][]) {
      const known = places.get(stream);
      places.set(stream, { cursor: known?.cursor ?? head, epoch: known?.epoch ?? said, isSynced: false, isHeard: true, joins: [] });
    }
  }

  function resync(stream: StreamId, frame: Frame): void {
    const { head, epoch: said, reason } = frame.d as { head: number; epoch: string; reason: string };
    if (!allowed.reasons.has(reason)) fail(`resync of ${stream} for ${reason}, for which there was no cause`);
    if (head > database.head(stream) && said === database.epoch) fail(`resync of ${stream} to ${head}, beyond its head`);
    resyncs += 1;
    const joins = (places.get(stream)?.joins ?? []).filter((start) => start.epoch === said && start.cursor > head);
    places.set(stream, { cursor: head, epoch: said, isSynced: false, isHeard: true, joins });
    // In the history that is lost he may have been in rooms that he is not in now; he asks `sync`, and may be added again.
    if (stream !== own) return;
    // What he was told of joinings under the epoch before still holds until the room itself tells of the new one: streams have no order among them.
    for (const place of places.values()) place.isHeard = false;
  }

  /** Into a new stay, without its having come to the end of the last one: it was not attached then, or the log does not reach there any more. */
  function jump(stream: StreamId, place: Place, cursor: number): Place | undefined {
    const index = place.joins.findIndex((start) => start.cursor === cursor);
    if (index < 0 || (place.isHeard && !allowed.reasons.has('too_old'))) return undefined;
    return begin(stream, place.joins.slice(index));
  }

  function synced(stream: StreamId, seq: number): void {
    const known = placeOf(stream, 'synced');
    const place = jump(stream, known, seq) ?? known;
    if (place.epoch !== known.epoch && known.cursor === seq) place.before = { ...known, isSynced: true };
    if (place.isSynced) fail(`synced twice in ${stream}`);
    if (place.cursor !== seq) fail(`synced in ${stream} at ${seq}, he is at ${place.cursor}`);
    place.isSynced = true;
  }

  function begin(stream: StreamId, [start, ...joins]: readonly Start[]): Place {
    const place = { cursor: 0, epoch: '', ...start, isSynced: false, isHeard: false, joins };
    places.set(stream, place);
    return place;
  }

  function event(stream: StreamId, seq: number, frame: Frame): void {
    const known = placeOf(stream, `event ${seq}`);
    const fits = (place: Place | undefined) => place?.cursor === seq - 1 && frame.d['id'] === idOf(place.epoch, stream, seq);
    const { before } = known;
    if (before !== undefined && !fits(known) && fits(before)) places.set(stream, before);
    const place = fits(known) ? known : before !== undefined && fits(before) ? before : (jump(stream, known, seq - 1) ?? known);
    if (seq !== place.cursor + 1) fail(`event ${seq} of ${stream}, he is at ${place.cursor}`);
    if (frame.d['id'] !== idOf(place.epoch, stream, seq)) fail(`event ${seq} of ${stream} is not what was written`);
    if (stream.startsWith('room:') && !database.stays(place.epoch, stream, user).some((stay) => stay.joinedSeq < seq && seq <= stay.removedSeq)) {
      fail(`event ${seq} of ${stream}, where he was no member then`);
    }
    place.cursor = seq;
    place.isHeard = true;
    applied += 1;
    if (stream === own) heardOfMyself(frame, place.epoch);
    else if (frame.t === 'member.removed' && leavesAt(stream, place.epoch, seq)) left(stream, place);
  }

  const idOf = (said: string, stream: StreamId, seq: number) => `${database.event(said, stream, seq)?.payload.match(/"id":"([^"]*)"/)?.[1]}`;
  const leavesAt = (stream: StreamId, said: string, seq: number) => database.stays(said, stream, user).some((stay) => stay.removedSeq === seq);

  function left(stream: StreamId, place: Place): void {
    const joins = place.joins.filter(({ cursor, epoch }) => epoch !== place.epoch || cursor > place.cursor);
    if (joins.length > 0) begin(stream, joins);
    else places.delete(stream);
  }

  function heardOfMyself(frame: Frame, said: string): void {
    const { roomId, joinedSeq } = frame.d as { roomId: string; joinedSeq: number };
    const stream: StreamId = `room:${roomId}`;
    const place = places.get(stream);
    if (frame.t !== 'member.added') return;
    const start = { cursor: joinedSeq, epoch: said };
    if (place === undefined) begin(stream, [start]);
    else if (place.epoch < said || (place.epoch === said && place.cursor < joinedSeq)) place.joins.push(start);
  }

  return {
    user,
    // One epoch stands for all cursors: until the last stream has come over, none of them is of the new one.
    get epoch() {
      const epochs = new Set([...places.values()].map((place) => place.epoch));
      return epochs.size > 1 ? 'several' : [...epochs][0];
    },
    get cursors() {
      return Object.fromEntries([...places].map(([stream, { cursor }]) => [stream, cursor]));
    },
    get resyncs() {
      return resyncs;
    },
    get applied() {
      return applied;
    },
    receive(text) {
      const frame = JSON.parse(text) as Frame;
      if (frame.t === 'ready') return ready(frame);
      const stream = frame.r ?? fail(`${frame.t} without a stream`);
      if (frame.t === 'resync') return resync(stream, frame);
      const seq = frame.s ?? fail(`${frame.t} without a number`);
      if (frame.t === 'synced') synced(stream, seq);
      else event(stream, seq, frame);
    },
    disconnected() {
      for (const place of places.values()) place.isSynced = false;
    },
    finish(isConnected) {
      if (!isConnected) fail('has no connection in the end');
      for (const stream of [own, ...database.roomsOf(user)]) {
        const place = placeOf(stream, 'the end');
        const head = database.head(stream);
        if (place.cursor !== head || place.epoch !== database.epoch) fail(`is at ${place.epoch} ${place.cursor} of ${stream}, which ends at ${database.epoch} ${head}`);
        if (!place.isSynced) fail(`was never told that ${stream} is live`);
      }
    },
  };
}

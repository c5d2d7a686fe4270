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
  /** Added again, as the user stream told, while the room's stream has yet to come to the removal. */
  joins: { readonly cursor: number; readonly epoch: string } | null;
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
      places.set(stream, { cursor: known?.cursor ?? head, epoch: known?.epoch ?? said, isSynced: false, isHeard: true, joins: null });
    }
  }

  function resync(stream: StreamId, frame: Frame): void {
    const { head, epoch: said, reason } = frame.d as { head: number; epoch: string; reason: string };
    if (!allowed.reasons.has(reason)) fail(`resync of ${stream} for ${reason}, for which there was no cause`);
    if (head > database.head(stream) && said === database.epoch) fail(`resync of ${stream} to ${head}, beyond its head`);
    resyncs += 1;
    const joins = places.get(stream)?.joins ?? null;
    const isAhead = joins?.epoch === said && joins.cursor > head;
    places.set(stream, { cursor: head, epoch: said, isSynced: false, isHeard: true, joins: isAhead ? joins : null });
    // In the history that is lost he may have been in rooms that he is not in now; he asks `sync`, and may be added again.
    if (stream === own) for (const place of places.values()) place.isHeard = false;
  }

  function synced(stream: StreamId, seq: number): void {
    const place = placeOf(stream, 'synced');
    if (place.joins?.cursor === seq && !place.isHeard) begin(stream, place.joins);
    else if (place.isSynced) fail(`synced twice in ${stream}`);
    else if (place.cursor !== seq) fail(`synced in ${stream} at ${seq}, he is at ${place.cursor}`);
    placeOf(stream, 'synced').isSynced = true;
  }

  function begin(stream: StreamId, { cursor, epoch }: { cursor: number; epoch: string }): Place {
    const place = { cursor, epoch, isSynced: false, isHeard: false, joins: null };
    places.set(stream, place);
    return place;
  }

  function event(stream: StreamId, seq: number, frame: Frame): void {
    let place = placeOf(stream, `event ${seq}`);
    if (place.joins?.cursor === seq - 1 && !place.isHeard) place = begin(stream, place.joins);
    if (seq !== place.cursor + 1) fail(`event ${seq} of ${stream}, he is at ${place.cursor}`);
    if (frame.d['id'] !== `${database.event(place.epoch, stream, seq)?.payload.match(/"id":"([^"]*)"/)?.[1]}`) fail(`event ${seq} of ${stream} is not what was written`);
    if (stream.startsWith('room:') && !database.stays(place.epoch, stream, user).some((stay) => stay.joinedSeq < seq && seq <= stay.removedSeq)) {
      fail(`event ${seq} of ${stream}, where he was no member then`);
    }
    place.cursor = seq;
    place.isHeard = true;
    applied += 1;
    if (stream === own) heardOfMyself(frame, place.epoch);
    else if (frame.t === 'member.removed' && leavesAt(stream, place.epoch, seq)) left(stream, place);
  }

  const leavesAt = (stream: StreamId, said: string, seq: number) => database.stays(said, stream, user).some((stay) => stay.removedSeq === seq);

  function left(stream: StreamId, place: Place): void {
    if (place.joins !== null && place.joins.cursor > place.cursor) begin(stream, place.joins);
    else places.delete(stream);
  }

  function heardOfMyself(frame: Frame, said: string): void {
    const { roomId, joinedSeq } = frame.d as { roomId: string; joinedSeq: number };
    const stream: StreamId = `room:${roomId}`;
    const place = places.get(stream);
    // Where the log does not reach to his removal, nothing more of that stay can come.
    if (frame.t === 'member.removed' && place !== undefined && allowed.reasons.has('too_old')) place.isHeard = false;
    if (frame.t !== 'member.added') return;
    const joins = { cursor: joinedSeq, epoch: said };
    if (place === undefined) begin(stream, joins);
    else if (place.epoch !== said || place.cursor < joinedSeq) place.joins = joins;
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

import type { operations, Schemas } from '@confab/contract';
import type { Database } from '@confab/db';
import { AppError, type Clock } from '@confab/runtime';
import type { Streams } from '@confab/stream';
import { v7 as uuidv7 } from 'uuid';

import type { Actor } from '../actor.ts';
import { decodeCursor, encodeCursor, pageOf } from '../cursor.ts';
import { findFirst } from '../idempotency/first.ts';
import { memberEvents } from '../members/member-events.ts';
import { insertingMember } from '../members/members.repository.ts';
import { placeIn } from '../place.ts';
import { isBlank, tidyName } from '../text.ts';
import { getUser } from '../users/users.repository.ts';
import { assertMay } from './rooms.policy.ts';
import { presentPlace, presentRoom, presentRoomView } from './rooms.presenter.ts';
import { findPlace, insertRoom, listRooms, lockRoom, updatingRoom } from './rooms.repository.ts';
import type { RoomCache } from './rooms.store.ts';

export type ListRoomsQuery = NonNullable<operations['listRooms']['parameters']['query']>;

export interface Created {
  readonly room: Schemas['Room'];
  /** This key was used before, and the room is the one it made, as it is now. */
  readonly replayed: boolean;
}

export interface Rooms {
  create(actor: Actor, body: Schemas['CreateRoomRequest'], key?: string): Promise<Created>;
  list(actor: Actor, query: ListRoomsQuery): Promise<Schemas['RoomPage']>;
  get(actor: Actor, roomId: string): Promise<Schemas['Room']>;
  update(actor: Actor, roomId: string, body: Schemas['UpdateRoomRequest']): Promise<Schemas['Room']>;
}

const roomCursor = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function createRooms({ database, streams, clock, cache }: { database: Database; streams: Streams; clock: Clock; cache: RoomCache }): Rooms {
  async function get(actor: Actor, roomId: string): Promise<Schemas['Room']> {
    const [room, place] = await Promise.all([cache.find(roomId), database.read((db) => findPlace(db, roomId, actor.userId))]);
    const seen = room && place && { room, place, kind: room.kind, role: place.role };
    assertMay('see', seen);
    return presentPlace(seen.room, seen.place);
  }

  return {
    get,

    async create(actor, { name, kind, description = '' }, key) {
      const id = uuidv7();
      let first: string | undefined;
      const room = { id, kind, name: roomName(name), description: description.trim(), createdBy: actor.userId, at: new Date(clock.now()) };
      const stream = `room:${id}` as const;
      const events = await database.write(async (tx) => {
        first = await findFirst(tx, { actor, operation: 'createRoom', key, content: [name, kind, description], subjectId: id, at: room.at });
        if (first !== undefined) return [];
        await insertRoom(tx, room);
        await streams.create(tx, [stream]);
        const user = await getUser(tx, actor.userId);
        return streams.append(tx, [{ stream }, { stream: `user:${actor.userId}` }], (places) => {
          const { seq, at } = placeIn(places, stream);
          const owner = { room_id: id, user_id: user.id, role: 'owner', joined_seq: seq, joined_at: at, username: user.username, display_name: user.display_name } as const;
          return { row: insertingMember(owner), events: memberEvents('member.added', owner, places) };
        });
      });
      streams.publish(events);
      return { room: await get(actor, first ?? id), replayed: first !== undefined };
    },

    async list(actor, { scope = 'joined', query, cursor, limit = 50 }) {
      const beforeId = cursor === undefined ? undefined : decodeCursor(cursor, roomCursor);
      const rows = await database.read((db) => listRooms(db, actor.userId, { scope, query, beforeId, limit: limit + 1 }));
      const { items, next } = pageOf(rows, limit);
      return { items: items.map(presentRoomView), nextCursor: next === undefined ? null : encodeCursor(next.id) };
    },

    async update(actor, roomId, body) {
      const stream = `room:${roomId}` as const;
      const events = await database.write(async (tx) => {
        const room = await lockRoom(tx, roomId, actor.userId);
        assertMay('update', room);
        const name = body.name === undefined ? room.name : roomName(body.name);
        const description = body.description === undefined ? room.description : body.description.trim();
        if (name === room.name && description === room.description) return [];
        return streams.append(tx, [{ stream }], (places) => {
          const { seq, at } = placeIn(places, stream);
          const d = presentRoom({ ...room, name, description, head: seq, updated_seq: seq, updated_at: at });
          return { row: updatingRoom(roomId, { name, description }, seq, at), events: [{ stream, seq, type: 'room.updated', d, subjectId: roomId }] };
        });
      });
      await cache.invalidate(roomId);
      streams.publish(events);
      return get(actor, roomId);
    },
  };
}

function roomName(name: string): string {
  const tidy = tidyName(name);
  if (isBlank(tidy)) throw new AppError('request.invalid', { errors: [{ path: '/body/name', message: 'must show something' }] });
  return tidy;
}

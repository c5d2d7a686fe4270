import type { operations, Schemas } from '@confab/contract';
import type { Database, LastStatement, Tx } from '@confab/db';
import { AppError } from '@confab/runtime';
import type { StreamEvent, Streams } from '@confab/stream';

import type { Actor } from '../actor.ts';
import { decodeCursor, encodeCursor, pageOf } from '../cursor.ts';
import { placeIn } from '../place.ts';
import { assertMay } from '../rooms/rooms.policy.ts';
import { addToMemberCount, findStanding, lockRoom, type RoomRow } from '../rooms/rooms.repository.ts';
import type { RoomCache } from '../rooms/rooms.store.ts';
import { findUser, findUserByUsername, type UserRow } from '../users/users.repository.ts';
import { memberEvents } from './member-events.ts';
import { mayRemove, mostToldPresences, roleOnJoining } from './members.policy.ts';
import { presentMember } from './members.presenter.ts';
import type { PresenceStore } from './presence.store.ts';
import type { StandingCache } from './standings.store.ts';
import { deletingMember, findMember, findSuccessor, insertingMember, listMembers, updateRole, type MemberRow } from './members.repository.ts';

export type ListMembersQuery = NonNullable<operations['listMembers']['parameters']['query']>;

export interface Members {
  join(actor: Actor, roomId: string): Promise<Schemas['Member']>;
  leave(actor: Actor, roomId: string): Promise<void>;
  list(actor: Actor, roomId: string, query: ListMembersQuery): Promise<Schemas['MemberPage']>;
  add(actor: Actor, roomId: string, body: Schemas['AddMemberRequest']): Promise<Schemas['Member']>;
  remove(actor: Actor, roomId: string, userId: string): Promise<void>;
}

export interface MembersDependencies {
  readonly database: Database;
  readonly streams: Streams;
  readonly presence: PresenceStore;
  readonly rooms: RoomCache;
  readonly standings: StandingCache;
}

interface Change {
  readonly member: MemberRow | undefined;
  readonly events: StreamEvent[];
}

/** Who is in a room changes under the room's lock alone, so that what is read there is true until the commit. */
export function createMembers({ database, streams, presence, rooms, standings }: MembersDependencies): Members {
  async function change(work: (tx: Tx) => Promise<Change | LastStatement<Change>>): Promise<MemberRow | undefined> {
    const { member, events } = await database.write(work);
    await forget(events);
    streams.publish(events);
    return member;
  }

  /** Before anybody is told: of the room, how many are in it; of whom it concerns, what he is there. */
  async function forget(events: readonly StreamEvent[]): Promise<void> {
    await Promise.all(
      events.map(async ({ stream, subjectUserId }) => {
        const [kind, roomId] = stream.split(':') as [string, string];
        if (kind !== 'room' || subjectUserId === null) return;
        await Promise.all([rooms.invalidate(roomId), standings.invalidate(roomId, [subjectUserId])]);
      }),
    );
  }

  async function admit(tx: Tx, room: RoomRow, user: UserRow): Promise<Change | LastStatement<Change>> {
    const present = await findMember(tx, room.id, user.id);
    if (present !== undefined) return { member: present, events: [] };
    await addToMemberCount(tx, room.id, 1);
    const stream = `room:${room.id}` as const;
    const role = roleOnJoining(room.member_count);
    let member: MemberRow | undefined;
    const last = await streams.append(tx, [{ stream }, { stream: `user:${user.id}` }], (places) => {
      const { seq, at } = placeIn(places, stream);
      member = { room_id: room.id, user_id: user.id, role, joined_seq: seq, joined_at: at, username: user.username, display_name: user.display_name };
      return { row: insertingMember(member), events: memberEvents('member.added', member, places) };
    });
    return last.map((events) => ({ member, events }));
  }

  async function dismiss(tx: Tx, member: MemberRow): Promise<LastStatement<Change>> {
    const { room_id: roomId, user_id: userId } = member;
    const stream = `room:${roomId}` as const;
    const successor = member.role === 'owner' ? await findSuccessor(tx, roomId, userId) : undefined;
    if (successor !== undefined) await updateRole(tx, roomId, successor.user_id, 'owner');
    await addToMemberCount(tx, roomId, -1);
    const last = await streams.append(tx, [{ stream, count: successor === undefined ? 1 : 2 }, { stream: `user:${userId}` }], (places) => {
      const gone = memberEvents('member.removed', member, places);
      if (successor === undefined) return { row: deletingMember(roomId, userId), events: gone };
      const promoted = presentMember({ ...successor, role: 'owner' });
      const { seq } = placeIn(places, stream, 1);
      return {
        row: deletingMember(roomId, userId),
        events: [...gone, { stream, seq, type: 'member.updated', d: promoted, subjectUserId: successor.user_id, control: true }],
      };
    });
    return last.map((events) => ({ member, events }));
  }

  return {
    async join(actor, roomId) {
      const member = await change(async (tx) => {
        const room = await lockRoom(tx, roomId, actor.userId);
        assertMay('join', room);
        return admit(tx, room, must(await findUser(tx, actor.userId), 'session.ended'));
      });
      return presentMember(must(member, 'member.not_found'));
    },

    async leave(actor, roomId) {
      await change(async (tx) => {
        assertMay('leave', await lockRoom(tx, roomId, actor.userId));
        return dismiss(tx, must(await findMember(tx, roomId, actor.userId), 'member.not_found'));
      });
    },

    async list(actor, roomId, { cursor, limit = 50 }) {
      const afterSeq = cursor === undefined ? 0 : Number(decodeCursor(cursor, /^[1-9][0-9]{0,14}$/));
      const { standing, rows } = await database.read(async (db) => {
        const found = await findStanding(db, roomId, actor.userId);
        assertMay('see', found);
        return { standing: found, rows: await listMembers(db, roomId, afterSeq, limit + 1) };
      });
      const { items, next } = pageOf(rows, limit);
      const isTold = standing.role !== null && standing.member_count <= mostToldPresences;
      const presences = isTold ? await presence.read(items.map(({ user_id }) => user_id)) : undefined;
      return { items: items.map((row) => presentMember(row, presences?.get(row.user_id))), nextCursor: next === undefined ? null : encodeCursor(next.joined_seq) };
    },

    async add(actor, roomId, body) {
      const member = await change(async (tx) => {
        const room = await lockRoom(tx, roomId, actor.userId);
        assertMay('addMember', room);
        return admit(tx, room, must(await namedUser(tx, body), 'user.not_found'));
      });
      return presentMember(must(member, 'member.not_found'));
    },

    async remove(actor, roomId, userId) {
      await change(async (tx) => {
        const room = await lockRoom(tx, roomId, actor.userId);
        assertMay('removeMember', room);
        if (userId === actor.userId) throw new AppError('room.forbidden', { detail: 'To go yourself, leave the room.' });
        const member = must(await findMember(tx, roomId, userId), 'member.not_found');
        if (!mayRemove(room.role, member.role)) throw new AppError('room.forbidden');
        return dismiss(tx, member);
      });
    },
  };
}

async function namedUser(tx: Tx, { userId, username }: Schemas['AddMemberRequest']): Promise<UserRow | undefined> {
  if (userId !== undefined) return findUser(tx, userId);
  return username === undefined ? undefined : findUserByUsername(tx, username);
}

function must<T>(value: T | undefined, code: 'session.ended' | 'member.not_found' | 'user.not_found'): T {
  if (value === undefined) throw new AppError(code);
  return value;
}

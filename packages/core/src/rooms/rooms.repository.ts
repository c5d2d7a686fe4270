import { named, type Db, type Tx } from '@confab/db';
import { sql, type RawBuilder } from 'kysely';

import type { Role, Standing } from './rooms.policy.ts';

export interface RoomRow {
  readonly id: string;
  readonly kind: string;
  readonly name: string | null;
  readonly description: string;
  readonly member_count: number;
  readonly updated_seq: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** Where one user is in a room; what is his is null where he is no member. */
export interface PlaceRow {
  readonly role: Role | null;
  readonly head: number;
  readonly joined_seq: number | null;
  readonly read_seq: number | null;
  readonly unread_count: number | null;
}

/** A room as one user finds it. */
export interface RoomView extends RoomRow, PlaceRow {}

/** Whatever changes a room, or who is in it, changes one of the first two. */
export interface RoomVersionRow {
  readonly updated_seq: number;
  readonly member_count: number;
  readonly head: number;
}

export interface NewRoom {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly description: string;
  readonly createdBy: string;
  readonly at: Date;
}

export interface RoomFilter {
  readonly scope: 'joined' | 'discoverable';
  readonly query?: string | undefined;
  readonly beforeId?: string | undefined;
  /** Null: all. For what is bounded by itself. */
  readonly limit: number | null;
}

const columns = sql`room.id, room.kind, room.name, room.description, room.member_count, room.updated_seq, room.created_at, room.updated_at`;

/** The first event of a room, its owner's coming, has number 1. */
export async function insertRoom(tx: Tx, room: NewRoom): Promise<void> {
  await named(tx, 'rooms.insert')
    .insertInto('rooms')
    .values({
      id: room.id,
      kind: room.kind,
      name: room.name,
      description: room.description,
      member_count: 1,
      created_by: room.createdBy,
      updated_seq: 1,
      created_at: room.at,
      updated_at: room.at,
    })
    .execute();
}

/**
 * Whoever changes a room or who is in it locks it first. What is read afterwards holds until the commit; sends, which
 * lock the room's stream alone, are not held up.
 */
export async function lockRoom(tx: Tx, roomId: string, userId: string): Promise<(RoomRow & Standing) | undefined> {
  const { rows: [room] } = await sql<RoomRow>`SELECT ${columns} FROM rooms AS room WHERE id = ${roomId} FOR NO KEY UPDATE`.execute(named(tx, 'rooms.lock'));
  if (room === undefined) return undefined;
  // A statement of its own: the one that waited for the lock would still see the members of before.
  const { rows: [mine] } = await sql<{ role: Role }>`
    SELECT role FROM memberships WHERE room_id = ${roomId} AND user_id = ${userId}`.execute(named(tx, 'rooms.findRole'));
  return { ...room, role: mine?.role ?? null };
}

/** Of one moment with the head. */
export async function findRoomFacts(db: Db, roomId: string): Promise<(RoomRow & RoomVersionRow) | undefined> {
  const { rows } = await sql<RoomRow & RoomVersionRow>`
    SELECT ${columns}, stream.head FROM rooms AS room JOIN stream ON stream.id = 'room:' || room.id WHERE room.id = ${roomId}`.execute(named(db, 'rooms.findFacts'));
  return rows[0];
}

export async function listRoomVersions(db: Db, roomIds: readonly string[]): Promise<(RoomVersionRow & { readonly id: string })[]> {
  const { rows } = await sql<RoomVersionRow & { readonly id: string }>`
    SELECT room.id, room.updated_seq, room.member_count, stream.head
    FROM rooms AS room JOIN stream ON stream.id = 'room:' || room.id WHERE room.id = ANY(${[...roomIds]}::uuid[])`.execute(named(db, 'rooms.listVersions'));
  return rows;
}

export async function findPlace(db: Db, roomId: string, userId: string): Promise<PlaceRow | undefined> {
  const { rows } = await sql<PlaceRow>`
    SELECT stream.head, membership.role, membership.joined_seq, membership.read_seq, unread.count AS unread_count
    FROM stream ${joiningMine(sql`${roomId}::uuid`, userId)} WHERE stream.id = ${`room:${roomId}`}`.execute(named(db, 'rooms.findPlace'));
  return rows[0];
}

/** Newest first. */
export async function listRooms(db: Db, userId: string, { scope, query, beforeId, limit }: RoomFilter): Promise<RoomView[]> {
  const mine = scope === 'joined' ? sql`membership.user_id IS NOT NULL` : sql`room.kind = 'public' AND membership.user_id IS NULL`;
  const matching = query === undefined ? sql`` : sql`AND room.name ILIKE ${`%${query.replace(/[\\%_]/g, '\\$&')}%`}`;
  const older = beforeId === undefined ? sql`` : sql`AND room.id < ${beforeId}`;
  const { rows } = await sql<RoomView>`${roomViews(userId)} WHERE ${mine} ${matching} ${older} ORDER BY room.id DESC LIMIT ${limit}`.execute(named(db, 'rooms.list'));
  return rows;
}

/** Unread are root messages by others that are not deleted; nobody needs to know how far beyond a thousand they go. */
function roomViews(userId: string): RawBuilder<RoomView> {
  return sql<RoomView>`
    SELECT ${columns}, stream.head, membership.role, membership.joined_seq, membership.read_seq, unread.count AS unread_count
    FROM rooms AS room
    JOIN stream ON stream.id = 'room:' || room.id ${joiningMine(sql`room.id`, userId)}`;
}

/** Counted in order: else, before a vacuum, the planner looks through the whole table for the first thousand, which are not there. */
function joiningMine(roomId: RawBuilder<unknown>, userId: string): RawBuilder<unknown> {
  return sql`
    LEFT JOIN memberships AS membership ON membership.room_id = ${roomId} AND membership.user_id = ${userId}
    LEFT JOIN LATERAL (
      SELECT count(*)::integer AS count FROM (
        SELECT FROM messages AS message
        WHERE message.room_id = ${roomId} AND message.parent_message_id IS NULL AND message.seq > membership.read_seq
          AND message.author_id <> ${userId} AND message.deleted_at IS NULL AND message.type = 'user'
        ORDER BY message.seq
        LIMIT 1000) AS counted
    ) AS unread ON membership.user_id IS NOT NULL`;
}

/** One statement with all that a decision in a room needs. */
export async function findStanding(db: Db, roomId: string, userId: string): Promise<(Standing & { member_count: number; read_seq: number | null; head: number }) | undefined> {
  const { rows } = await sql<{ kind: string; member_count: number; role: Role | null; read_seq: number | null; head: number }>`
    SELECT room.kind, room.member_count, membership.role, membership.read_seq, stream.head
    FROM rooms AS room
    JOIN stream ON stream.id = 'room:' || room.id
    LEFT JOIN memberships AS membership ON membership.room_id = room.id AND membership.user_id = ${userId}
    WHERE room.id = ${roomId}`.execute(named(db, 'rooms.findStanding'));
  return rows[0];
}

/** For an append. */
export function updatingRoom(roomId: string, { name, description }: { name: string | null; description: string }, seq: number, at: Date): RawBuilder<unknown> {
  return sql`UPDATE rooms SET name = ${name}, description = ${description}, updated_seq = ${seq}, updated_at = ${at} WHERE id = ${roomId} RETURNING id`;
}

/** Only with the room locked. */
export async function addToMemberCount(tx: Tx, roomId: string, difference: 1 | -1): Promise<void> {
  await sql`UPDATE rooms SET member_count = member_count + ${difference} WHERE id = ${roomId}`.execute(named(tx, 'rooms.addToMemberCount'));
}

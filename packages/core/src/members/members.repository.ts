import { named, type Db, type Tx } from '@confab/db';
import { sql, type RawBuilder } from 'kysely';

import type { Role } from '../rooms/rooms.policy.ts';

export interface MemberRow {
  readonly room_id: string;
  readonly user_id: string;
  readonly role: Role;
  readonly joined_seq: number;
  readonly joined_at: Date;
  readonly username: string;
  readonly display_name: string;
}

const members = sql`
  SELECT membership.room_id, membership.user_id, membership.role, membership.joined_seq, membership.joined_at, users.username, users.display_name
  FROM memberships AS membership JOIN users ON users.id = membership.user_id`;

export async function findMember(db: Db, roomId: string, userId: string): Promise<MemberRow | undefined> {
  const { rows } = await sql<MemberRow>`${members} WHERE membership.room_id = ${roomId} AND membership.user_id = ${userId}`.execute(named(db, 'members.find'));
  return rows[0];
}

/** In the order of joining; numbers of joins are unique in a room. */
export async function listMembers(db: Db, roomId: string, afterSeq: number, limit: number): Promise<MemberRow[]> {
  const { rows } = await sql<MemberRow>`
    ${members} WHERE membership.room_id = ${roomId} AND membership.joined_seq > ${afterSeq}
    ORDER BY membership.joined_seq LIMIT ${limit}`.execute(named(db, 'members.list'));
  return rows;
}

/** Who becomes owner when this one leaves: nobody while another owner stays, else whoever has been there longest. */
export async function findSuccessor(db: Db, roomId: string, leavingUserId: string): Promise<MemberRow | undefined> {
  const { rows } = await sql<MemberRow>`
    ${members} WHERE membership.room_id = ${roomId} AND membership.user_id <> ${leavingUserId}
      AND NOT EXISTS (SELECT FROM memberships AS other WHERE other.room_id = ${roomId} AND other.user_id <> ${leavingUserId} AND other.role = 'owner')
    ORDER BY membership.joined_seq LIMIT 1`.execute(named(db, 'members.findSuccessor'));
  return rows[0];
}

export async function updateRole(tx: Tx, roomId: string, userId: string, role: Role): Promise<void> {
  await named(tx, 'members.updateRole').updateTable('memberships').set({ role }).where('room_id', '=', roomId).where('user_id', '=', userId).execute();
}

/** Of these rooms and users, what each is there; who is no member is not in it. */
export async function listStandings(db: Db, pairs: readonly (readonly [roomId: string, userId: string])[]): Promise<{ room_id: string; user_id: string; role: Role; kind: string }[]> {
  const { rows } = await sql<{ room_id: string; user_id: string; role: Role; kind: string }>`
    SELECT membership.room_id, membership.user_id, membership.role, room.kind
    FROM unnest(${pairs.map(([roomId]) => roomId)}::uuid[], ${pairs.map(([, userId]) => userId)}::uuid[]) AS asked (room_id, user_id)
    JOIN memberships AS membership ON membership.room_id = asked.room_id AND membership.user_id = asked.user_id
    JOIN rooms AS room ON room.id = membership.room_id`.execute(named(db, 'members.listStandings'));
  return rows;
}

/** Who shares the room with this member, himself among them; nobody if he is none. */
export async function listFellows(db: Db, roomId: string, userId: string, limit: number): Promise<string[]> {
  const { rows } = await sql<{ user_id: string }>`
    SELECT user_id FROM memberships
    WHERE room_id = ${roomId} AND EXISTS (SELECT FROM memberships WHERE room_id = ${roomId} AND user_id = ${userId})
    LIMIT ${limit}`.execute(named(db, 'members.listFellows'));
  return rows.map((row) => row.user_id);
}

/** Those of them who are in some room together with this user. */
export async function listAcquainted(db: Db, userId: string, userIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ user_id: string }>`
    SELECT DISTINCT theirs.user_id
    FROM memberships AS mine JOIN memberships AS theirs ON theirs.room_id = mine.room_id
    WHERE mine.user_id = ${userId} AND theirs.user_id = ANY(${userIds})`.execute(named(db, 'members.listAcquainted'));
  return rows.map((row) => row.user_id);
}

/** For an append. A new member has read what was said before he came. */
export function insertingMember(member: MemberRow): RawBuilder<unknown> {
  return sql`
    INSERT INTO memberships (room_id, user_id, role, joined_seq, joined_at, read_seq)
    VALUES (${member.room_id}, ${member.user_id}, ${member.role}, ${member.joined_seq}, ${member.joined_at}, ${member.joined_seq})
    ON CONFLICT (room_id, user_id) DO NOTHING RETURNING user_id`;
}

/** For an append. */
export function deletingMember(roomId: string, userId: string): RawBuilder<unknown> {
  return sql`DELETE FROM memberships WHERE room_id = ${roomId} AND user_id = ${userId} RETURNING user_id`;
}

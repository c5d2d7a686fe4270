import { named, type Db } from '@confab/db';
import type { Appender } from '@confab/stream';
import { sql, type RawBuilder } from 'kysely';

import type { Standing } from '../rooms/rooms.policy.ts';

export interface MessageRow {
  readonly id: string;
  readonly room_id: string;
  readonly seq: number;
  readonly updated_seq: number;
  readonly type: string;
  readonly author_id: string;
  readonly username: string;
  readonly display_name: string;
  readonly parent_message_id: string | null;
  readonly content: string;
  readonly html: string;
  readonly nonce: string;
  readonly created_at: Date;
  readonly edited_at: Date | null;
  readonly deleted_at: Date | null;
}

export interface Sender extends Standing, Appender {
  readonly username: string;
  readonly display_name: string;
}

const columns = sql`
  message.id, message.room_id, message.seq, message.updated_seq, message.type, message.author_id, author.username, author.display_name,
  message.parent_message_id, message.content, message.html, message.nonce, message.created_at, message.edited_at, message.deleted_at`;

/** For an append: room, membership and author. Members may. */
export function findingSender(roomId: string, userId: string): RawBuilder<Sender> {
  return sql`
    SELECT room.kind, membership.role, author.username, author.display_name, membership.user_id IS NOT NULL AS may_append
    FROM rooms AS room
    JOIN users AS author ON author.id = ${userId}
    LEFT JOIN memberships AS membership ON membership.room_id = room.id AND membership.user_id = author.id
    WHERE room.id = ${roomId}`;
}

/**
 * For an append: guarded by membership as it is once the stream is locked. A nonce that is there already is a send that
 * took effect before.
 */
export function insertingMessage(message: MessageRow, requestHash: Buffer): RawBuilder<unknown> {
  return sql`
    INSERT INTO messages (id, room_id, seq, updated_seq, type, author_id, parent_message_id, content, html, nonce, request_hash, created_at)
    SELECT ${message.id}::uuid, room_id, ${message.seq}::bigint, ${message.updated_seq}::bigint, ${message.type}::text, user_id,
      ${message.parent_message_id}::uuid, ${message.content}::text, ${message.html}::text, ${message.nonce}::text, ${requestHash}::bytea, ${message.created_at}::timestamptz
    FROM memberships WHERE room_id = ${message.room_id} AND user_id = ${message.author_id}
    ON CONFLICT (room_id, author_id, nonce) DO NOTHING RETURNING id`;
}

export async function findMessageByNonce(db: Db, roomId: string, authorId: string, nonce: string): Promise<(MessageRow & { request_hash: Buffer }) | undefined> {
  const { rows } = await sql<MessageRow & { request_hash: Buffer }>`
    SELECT ${columns}, message.request_hash
    FROM messages AS message JOIN users AS author ON author.id = message.author_id
    WHERE message.room_id = ${roomId} AND message.author_id = ${authorId} AND message.nonce = ${nonce}`.execute(named(db, 'messages.findByNonce'));
  return rows[0];
}

export async function findMessageSeq(db: Db, roomId: string, messageId: string): Promise<number | undefined> {
  const row = await named(db, 'messages.findSeq').selectFrom('messages').select('seq').where('id', '=', messageId).where('room_id', '=', roomId).executeTakeFirst();
  return row?.seq;
}

/** Root messages below `pivot`, the newest of them, and from `pivot` on, the oldest of them; all in order, of one moment. */
export async function listRoots(db: Db, roomId: string, pivot: number, olderLimit: number, newerLimit: number): Promise<MessageRow[]> {
  const roots = sql`SELECT * FROM messages WHERE room_id = ${roomId} AND parent_message_id IS NULL`;
  const { rows } = await sql<MessageRow>`
    SELECT ${columns} FROM (
      (${roots} AND seq < ${pivot} ORDER BY seq DESC LIMIT ${olderLimit})
      UNION ALL
      (${roots} AND seq >= ${pivot} ORDER BY seq LIMIT ${newerLimit})
    ) AS message JOIN users AS author ON author.id = message.author_id
    ORDER BY message.seq`.execute(named(db, 'messages.listRoots'));
  return rows;
}

/** The newest root messages in order, and the number that the room has come to, both of one moment. */
export async function listNewestRoots(db: Db, roomId: string, limit: number): Promise<{ head: number; rows: MessageRow[] }> {
  const { rows } = await sql<MessageRow & { head: number }>`
    SELECT stream.head, newest.* FROM stream
    LEFT JOIN LATERAL (
      SELECT ${columns} FROM messages AS message JOIN users AS author ON author.id = message.author_id
      WHERE message.room_id = ${roomId} AND message.parent_message_id IS NULL
      ORDER BY message.seq DESC LIMIT ${limit}
    ) AS newest ON true
    WHERE stream.id = ${`room:${roomId}`} ORDER BY newest.seq`.execute(named(db, 'messages.listNewestRoots'));
  // A room without messages is one row of nulls and its head.
  return { head: rows[0]?.head ?? 0, rows: rows.filter(({ id }) => id !== null) };
}

/** For an append: a marker never moves back. */
export function advancingReadMarker(roomId: string, userId: string, seq: number): RawBuilder<unknown> {
  return sql`UPDATE memberships SET read_seq = ${seq} WHERE room_id = ${roomId} AND user_id = ${userId} AND read_seq < ${seq} RETURNING user_id`;
}

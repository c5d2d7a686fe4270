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

/**
 * For an append: room, membership and author of each send. Members may. One parameter, and looked up one by one: the plan that is
 * kept must be right for one send and for a hundred.
 */
export function findingSenders(sends: readonly { readonly roomId: string; readonly userId: string }[]): RawBuilder<Sender> {
  const asked = JSON.stringify(sends.map(({ roomId, userId }, turn) => ({ turn, room_id: roomId, user_id: userId })));
  return sql`
    SELECT asked.turn, 'room:' || asked.room_id AS stream_id, room.kind, membership.role, author.username, author.display_name, membership.role IS NOT NULL AS may_append
    FROM json_to_recordset(${asked}::json) AS asked (turn integer, room_id uuid, user_id uuid)
    CROSS JOIN LATERAL (SELECT kind FROM rooms WHERE id = asked.room_id LIMIT 1) AS room
    CROSS JOIN LATERAL (SELECT username, display_name FROM users WHERE id = asked.user_id LIMIT 1) AS author
    LEFT JOIN LATERAL (SELECT role FROM memberships WHERE room_id = asked.room_id AND user_id = asked.user_id LIMIT 1) AS membership ON true`;
}

/**
 * For an append: each guarded by its author's membership as it is once the stream is locked. A nonce that is there already is a send
 * that took effect before.
 */
export function insertingMessages(messages: readonly (Omit<MessageRow, 'username' | 'display_name'> & { readonly request_hash: Buffer })[]): RawBuilder<unknown> {
  const rows = JSON.stringify(messages.map((message) => ({ ...message, request_hash: `\\x${message.request_hash.toString('hex')}` })));
  return sql`
    INSERT INTO messages (id, room_id, seq, updated_seq, type, author_id, parent_message_id, content, html, nonce, request_hash, created_at)
    SELECT id, message.room_id, seq, updated_seq, type, author_id, parent_message_id, content, html, nonce, request_hash, created_at
    FROM json_to_recordset(${rows}::json) AS message (
      id uuid, room_id uuid, seq bigint, updated_seq bigint, type text, author_id uuid, parent_message_id uuid, content text, html text, nonce text, request_hash bytea, created_at timestamptz)
    CROSS JOIN LATERAL (SELECT FROM memberships WHERE room_id = message.room_id AND user_id = message.author_id LIMIT 1) AS membership
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

import { named, type Db } from '@confab/db';
import { sql } from 'kysely';

/** Who asks to come in, and in which session; null where that is of no account. */
export interface Entrant {
  readonly userId: string;
  readonly sessionId: string | null;
}

export interface EntrantRow {
  /** Counts the entrants from one. */
  readonly n: number;
  readonly id: string;
  readonly username: string;
  readonly display_name: string;
  /** Null: there is no such session of his. */
  readonly expires_at: Date | null;
  readonly ended_at: Date | null;
  /** Of his own stream. */
  readonly head: number;
  readonly rooms: readonly (readonly [roomId: string, joinedSeq: number, head: number])[] | null;
}

/**
 * One statement, so that all it says is of one moment; its text is the same for any number of them, so that its plan is kept. A user who is not
 * there is left out.
 */
export async function listEntrants(db: Db, entrants: readonly Entrant[]): Promise<EntrantRow[]> {
  const { rows } = await sql<EntrantRow>`
    SELECT asked.n, users.id, users.username, users.display_name, session.expires_at, session.ended_at, own.head, (
      SELECT json_agg(json_build_array(membership.room_id, membership.joined_seq, stream.head))
      FROM memberships AS membership JOIN stream ON stream.id = 'room:' || membership.room_id
      WHERE membership.user_id = asked.user_id
    ) AS rooms
    FROM unnest(${entrants.map(({ userId }) => userId)}::uuid[], ${entrants.map(({ sessionId }) => sessionId)}::uuid[]) WITH ORDINALITY AS asked (user_id, session_id, n)
    JOIN users ON users.id = asked.user_id
    JOIN stream AS own ON own.id = 'user:' || asked.user_id
    LEFT JOIN sessions AS session ON session.id = asked.session_id AND session.user_id = asked.user_id`.execute(named(db, 'access.listEntrants'));
  return rows;
}

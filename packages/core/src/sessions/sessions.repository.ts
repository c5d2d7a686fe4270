import { named, type Db, type Tx } from '@confab/db';
import { sql, type RawBuilder } from 'kysely';

export interface SessionRow {
  readonly id: string;
  readonly user_id: string;
  readonly generation: number;
  readonly rotated_at: Date;
  readonly expires_at: Date;
  readonly ended_at: Date | null;
}

export interface NewSession {
  readonly id: string;
  readonly userId: string;
  readonly userAgent: string;
  readonly address: string;
  readonly at: Date;
  readonly expiresAt: Date;
}

export type EndReason = 'signed_out' | 'refresh_reuse';

const columns = ['id', 'user_id', 'generation', 'rotated_at', 'expires_at', 'ended_at'] as const;

export async function insertSession(tx: Tx, session: NewSession): Promise<SessionRow> {
  return named(tx, 'sessions.insert')
    .insertInto('sessions')
    .values({
      id: session.id,
      user_id: session.userId,
      generation: 1,
      rotated_at: session.at,
      user_agent: session.userAgent,
      address: session.address,
      created_at: session.at,
      last_seen_at: session.at,
      expires_at: session.expiresAt,
    })
    .returning(columns)
    .executeTakeFirstOrThrow();
}

export async function findSession(db: Db, id: string): Promise<SessionRow | undefined> {
  return named(db, 'sessions.find').selectFrom('sessions').select(columns).where('id', '=', id).executeTakeFirst();
}

/**
 * Compare and set: only the generation that is live can be followed. A row that is behind a token of ours lost its last
 * rotation with a primary that died; the higher number wins.
 */
export async function rotateSession(tx: Tx, id: string, generation: number, at: Date, expiresAt: Date): Promise<SessionRow | undefined> {
  return named(tx, 'sessions.rotate')
    .updateTable('sessions')
    .set({ generation: generation + 1, rotated_at: at, last_seen_at: at, expires_at: expiresAt })
    .where('id', '=', id)
    .where('generation', '<=', generation)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', at)
    .returning(columns)
    .executeTakeFirst();
}

/** For an append: it returns nothing when the session has ended already. */
export function endingSession(id: string, reason: EndReason, at: Date): RawBuilder<unknown> {
  return sql`UPDATE sessions SET ended_at = ${at}, end_reason = ${reason} WHERE id = ${id} AND ended_at IS NULL RETURNING id`;
}

export async function deleteOldSessions(tx: Tx, before: Date, limit: number): Promise<number> {
  const { rows } = await sql`
    DELETE FROM sessions WHERE id IN (
      SELECT id FROM sessions WHERE ended_at < ${before}
      UNION ALL
      SELECT id FROM sessions WHERE ended_at IS NULL AND expires_at < ${before}
      LIMIT ${limit})
    RETURNING id`.execute(named(tx, 'sessions.deleteOld'));
  return rows.length;
}

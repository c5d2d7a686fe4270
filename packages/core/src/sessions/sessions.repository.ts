import { named, type Db, type Tx } from '@confab/db';
import { sql } from 'kysely';

export interface SessionRow {
  readonly id: string;
  readonly user_id: string;
  readonly generation: number;
  readonly used_at: Date | null;
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

export interface Rotation {
  readonly at: Date;
  readonly expiresAt: Date;
  /** Counted from the sign-in; no use moves it. */
  readonly absoluteDays: number;
  readonly address: string;
}

export interface ListedSession {
  readonly id: string;
  readonly user_agent: string;
  readonly address: string;
  readonly created_at: Date;
  readonly last_seen_at: Date;
  readonly expires_at: Date;
}

/** One, or all that are live but one. */
export type WhichSessions = { readonly only: string } | { readonly allBut: string | null };

export type EndReason = 'signed_out' | 'signed_out_everywhere' | 'revoked' | 'refresh_reuse' | 'password_changed';

const columns = ['id', 'user_id', 'generation', 'used_at', 'expires_at', 'ended_at'] as const;

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
 * rotation with a primary that died; the higher number wins. Every use moves the expiry, up to the absolute end.
 */
export async function rotateSession(tx: Tx, id: string, generation: number, rotation: Rotation): Promise<SessionRow | undefined> {
  const { at, expiresAt, absoluteDays, address } = rotation;
  return named(tx, 'sessions.rotate')
    .updateTable('sessions')
    .set({
      generation: generation + 1,
      rotated_at: at,
      used_at: null,
      last_seen_at: at,
      expires_at: sql`LEAST(${expiresAt}::timestamptz, created_at + make_interval(days => ${absoluteDays}))`,
      ...(address === '' ? {} : { address }),
    })
    .where('id', '=', id)
    .where('generation', '<=', generation)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', at)
    .returning(columns)
    .executeTakeFirst();
}

/** The first use of the live generation; later ones and those of older generations change nothing. */
export async function markSessionUsed(db: Db, id: string, generation: number, at: Date): Promise<void> {
  await named(db, 'sessions.markUsed')
    .updateTable('sessions')
    .set({ used_at: at, last_seen_at: at })
    .where('id', '=', id)
    .where('generation', '=', generation)
    .where('used_at', 'is', null)
    .execute();
}

export async function listLiveSessions(db: Db, userId: string, now: Date): Promise<ListedSession[]> {
  return named(db, 'sessions.listLive')
    .selectFrom('sessions')
    .select(['id', 'user_agent', 'address', 'created_at', 'last_seen_at', 'expires_at'])
    .where('user_id', '=', userId)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .orderBy('last_seen_at', 'desc')
    .orderBy('id')
    .limit(200)
    .execute();
}

/** Those of them that have not ended; until the transaction ends nobody else ends or rotates them. */
export async function lockLiveSessionIds(tx: Tx, userId: string, which: WhichSessions): Promise<string[]> {
  const wanted = 'only' in which ? sql`id = ${which.only}` : sql`id IS DISTINCT FROM ${which.allBut}::uuid`;
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM sessions WHERE user_id = ${userId} AND ended_at IS NULL AND ${wanted}
    ORDER BY id FOR UPDATE`.execute(named(tx, 'sessions.lockLive'));
  return rows.map(({ id }) => id);
}

export async function updateSessionsEnded(tx: Tx, ids: readonly string[], reason: EndReason, at: Date): Promise<void> {
  if (ids.length === 0) return;
  await named(tx, 'sessions.updateEnded').updateTable('sessions').set({ ended_at: at, end_reason: reason }).where('id', 'in', ids).execute();
}

export async function listEndedSince(db: Db, since: Date): Promise<{ id: string; ended_at: Date }[]> {
  const { rows } = await sql<{ id: string; ended_at: Date }>`
    SELECT id, ended_at FROM sessions WHERE ended_at IS NOT NULL AND ended_at > ${since}`.execute(named(db, 'sessions.listEnded'));
  return rows;
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

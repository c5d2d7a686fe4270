import type { Schemas } from '@confab/contract';
import type { Database } from '@confab/db';
import { AppError, type Clock, type Logger } from '@confab/runtime';

import type { Actor } from '../actor.ts';
import { findUser } from '../users/users.repository.ts';
import type { EndedWatch } from './ended-watch.ts';
import type { EndSessions } from './ending.ts';
import { absoluteDays, sessionDays, type Grant, type SignedIn } from './grant.ts';
import type { KeyRing, PublicKey } from './key-ring.ts';
import type { RefreshStore } from './refresh.store.ts';
import type { RefreshTokens } from './refresh-token.ts';
import { isLive, judgeRefresh, type RefreshVerdict } from './sessions.policy.ts';
import { presentSession } from './sessions.presenter.ts';
import { deleteOldSessions, findSession, listLiveSessions, markSessionUsed, rotateSession, type SessionRow } from './sessions.repository.ts';
import type { SessionStore } from './sessions.store.ts';
import { TokenRefused, type Tokens } from './tokens.ts';
import { createUses } from './uses.ts';

const dayMs = 86_400_000;
const keptDays = 30;

/** Public signing keys (RFC 7517), newest first. */
export interface JwkSet {
  readonly keys: readonly PublicKey[];
}

/** Who acts, if his session lives. `generation`: of the refresh token that came with his access token. */
export interface Identified extends Actor {
  readonly generation: number;
}

export interface Sessions {
  /** Throws refresh.invalid, session.ended. */
  refresh(refreshToken: string, address: string): Promise<SignedIn>;
  /** Whose token it is. Throws token.invalid, token.expired, or session.ended where this process knows of that: asks nobody. */
  identify(accessToken: string): Promise<Identified>;
  /** Whether his session lives, as everybody knows. Throws session.ended. */
  assertLive(identified: Identified): Promise<void>;
  /** Both. */
  authenticate(accessToken: string): Promise<Actor>;
  end(actor: Actor): Promise<void>;
  endAll(actor: Actor): Promise<void>;
  /** Throws session.not_found. */
  endOne(actor: Actor, sessionId: string): Promise<void>;
  list(actor: Actor): Promise<Schemas['SessionList']>;
  /** Asks the database once a second which sessions ended, whatever Redis says. Answers how to stop. */
  watchEnded(onEnded?: (sessionIds: readonly string[]) => void): () => Promise<void>;
  jwks(): Promise<JwkSet>;
  /** Deletes sessions that ended or expired a month ago, at most `limit`; answers how many. */
  deleteOld(limit: number): Promise<number>;
}

export interface SessionsDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly keys: KeyRing;
  readonly tokens: Tokens;
  readonly refreshTokens: RefreshTokens;
  readonly store: SessionStore;
  readonly refreshStore: RefreshStore;
  readonly grant: Grant;
  readonly endSessions: EndSessions;
  readonly endedWatch: EndedWatch;
}

export function createSessions(dependencies: SessionsDependencies): Sessions {
  const { database, clock, logger, keys, tokens, refreshTokens, store, refreshStore, grant, endSessions, endedWatch } = dependencies;
  const uses = createUses();

  async function identify(accessToken: string): Promise<Identified> {
    const { userId, sessionId, tokenId, expiresAt, generation } = await tokens.verify('access', accessToken).catch((error: unknown) => {
      if (error instanceof TokenRefused) throw new AppError(error.isExpired ? 'token.expired' : 'token.invalid', { cause: error });
      throw error;
    });
    if (endedWatch.has(sessionId)) throw new AppError('session.ended');
    return { userId, sessionId, tokenId, expiresAt, generation };
  }

  async function assertLive(identified: Identified): Promise<void> {
    if ((await liveness(identified.sessionId)) === 'ended') throw new AppError('session.ended');
    await noteUse(identified);
  }

  async function liveness(sessionId: string): Promise<'live' | 'ended'> {
    const known = await store.find(sessionId);
    if (known === 'live' || known === 'ended') return known;
    const found = isLive(await findSession(database.primary, sessionId), clock.now()) ? 'live' : 'ended';
    if (known === 'unknown') await store.putBack(sessionId, found);
    return found;
  }

  /** The first use of an access token is a use of the refresh token it came with. */
  async function noteUse({ sessionId, generation }: Identified): Promise<void> {
    if (!uses.isFirst(sessionId, generation)) return;
    const now = clock.now();
    await refreshStore.markUsed(sessionId, generation, now);
    await markSessionUsed(database.primary, sessionId, generation, new Date(now)).catch((error: unknown) => {
      uses.forget(sessionId, generation);
      logger.debug({ err: error, sessionId }, 'the first use of a token was not noted');
    });
  }

  /** Redis judges first, for all processes at once; what it has forgotten the row brings back. */
  async function judgeInRedis(sessionId: string, generation: number, now: number): Promise<RefreshVerdict | 'away'> {
    const verdict = await refreshStore.turn(sessionId, generation, now);
    if (verdict !== 'unknown') return verdict;
    const row = await findSession(database.primary, sessionId);
    // Of an ended session nothing is to be remembered for another month.
    if (row === undefined || !isLive(row, now)) throw new AppError('session.ended');
    const again = await refreshStore.turn(sessionId, generation, now, { generation: row.generation, usedAt: row.used_at?.getTime() ?? null });
    return again === 'unknown' ? 'away' : again;
  }

  async function rotate(sessionId: string, generation: number, now: number, address: string): Promise<SessionRow | undefined> {
    const expiresAt = new Date(now + sessionDays * dayMs);
    return database.write((tx) => rotateSession(tx, sessionId, generation, { at: new Date(now), expiresAt, absoluteDays, address }));
  }

  async function endForReuse({ id, user_id: userId }: SessionRow, generation: number): Promise<never> {
    logger.warn({ sessionId: id, userId }, 'a refresh token was used again');
    await endSessions({
      userId,
      reason: 'refresh_reuse',
      actorId: null,
      which: { only: id },
      alsoAudit: (at) => [{ action: 'refresh.reused', at, actorId: null, subjectId: userId, sessionId: id, details: { generation } }],
    });
    throw new AppError('session.ended');
  }

  return {
    async refresh(refreshToken, address) {
      const token = refreshTokens.read(refreshToken);
      if (token === undefined) throw new AppError('refresh.invalid');
      const { sessionId, generation } = token;
      const now = clock.now();
      const inRedis = await judgeInRedis(sessionId, generation, now);
      const rotated = inRedis === 'reuse' || inRedis === 'repeat' ? undefined : await rotate(sessionId, generation, now, address);
      const session = rotated ?? (await findSession(database.primary, sessionId));
      if (session === undefined || !isLive(session, now)) throw new AppError('session.ended');
      // Both must agree that it is not stale: Redis may have come back from before, the row may not know of a first use.
      const inRow = rotated === undefined ? judgeRefresh({ generation: session.generation, usedAt: session.used_at?.getTime() ?? null }, generation, now) : 'rotate';
      if (inRedis === 'reuse' || inRow === 'reuse') return endForReuse(session, generation);
      if (rotated === undefined && inRow === 'rotate') await rotate(sessionId, generation, now, address);
      const user = await findUser(database.primary, session.user_id);
      if (user === undefined) throw new AppError('session.ended');
      return grant(user, sessionId, generation + 1);
    },

    identify,
    assertLive,

    async authenticate(accessToken) {
      const identified = await identify(accessToken);
      await assertLive(identified);
      return identified;
    },

    async end({ userId, sessionId }) {
      await endSessions({ userId, reason: 'signed_out', actorId: userId, which: { only: sessionId } });
    },

    async endAll({ userId }) {
      await endSessions({ userId, reason: 'signed_out_everywhere', actorId: userId, which: { allBut: null } });
    },

    async endOne({ userId }, sessionId) {
      const session = await findSession(database.primary, sessionId);
      if (session?.user_id !== userId || !isLive(session, clock.now())) throw new AppError('session.not_found');
      await endSessions({ userId, reason: 'revoked', actorId: userId, which: { only: sessionId } });
    },

    async list({ userId, sessionId }) {
      const rows = await database.read((db) => listLiveSessions(db, userId, new Date(clock.now())));
      return { items: rows.map((row) => presentSession(row, sessionId)) };
    },

    watchEnded: (onEnded) => endedWatch.start(onEnded),

    async jwks() {
      return { keys: await keys.publicKeys() };
    },

    deleteOld: (limit) => database.write((tx) => deleteOldSessions(tx, new Date(clock.now() - keptDays * dayMs), limit)),
  };
}

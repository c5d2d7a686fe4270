import type { Schemas } from '@confab/contract';
import { constraintError, type Database } from '@confab/db';
import { AppError, type Clock, type Logger } from '@confab/runtime';
import { AppendRefused, type Streams } from '@confab/stream';
import { v7 as uuidv7 } from 'uuid';

import type { Actor } from '../actor.ts';
import { isBlank, tidyName } from '../text.ts';
import { findUser, findUserBySignIn, insertUser, type UserRow } from '../users/users.repository.ts';
import type { KeyRing, PublicKey } from './key-ring.ts';
import type { Passwords } from './passwords.ts';
import type { RefreshTokens } from './refresh-token.ts';
import { isLive, judgeRefresh } from './sessions.policy.ts';
import { presentAuthSession } from './sessions.presenter.ts';
import { deleteOldSessions, endingSession, findSession, insertSession, rotateSession, type EndReason, type NewSession } from './sessions.repository.ts';
import type { SessionStore } from './sessions.store.ts';
import { TokenRefused, type Tokens } from './tokens.ts';

const dayMs = 86_400_000;
const sessionDays = 30;
const keptDays = 30;

/** Where a sign-in came from, as the list of sessions shows it. */
export interface Device {
  readonly userAgent: string;
  readonly address: string;
}

/** Public signing keys (RFC 7517), newest first. */
export interface JwkSet {
  readonly keys: readonly PublicKey[];
}

export interface Sessions {
  register(body: Schemas['RegisterRequest'], device: Device): Promise<Schemas['AuthSession']>;
  signIn(body: Schemas['SignInRequest'], device: Device): Promise<Schemas['AuthSession']>;
  refresh(refreshToken: string): Promise<Schemas['AuthSession']>;
  /** Throws token.invalid, token.expired or session.ended. */
  authenticate(accessToken: string): Promise<Actor>;
  end(actor: Actor): Promise<void>;
  jwks(): Promise<JwkSet>;
  /** Deletes sessions that ended or expired a month ago, at most `limit`; answers how many. */
  deleteOld(limit: number): Promise<number>;
}

export interface SessionsDependencies {
  readonly database: Database;
  readonly streams: Streams;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly keys: KeyRing;
  readonly tokens: Tokens;
  readonly refreshTokens: RefreshTokens;
  readonly passwords: Passwords;
  readonly store: SessionStore;
}

export function createSessions(dependencies: SessionsDependencies): Sessions {
  const { database, streams, clock, logger, keys, tokens, refreshTokens, passwords, store } = dependencies;

  function newSession(userId: string, { userAgent, address }: Device): NewSession {
    const now = clock.now();
    return {
      id: uuidv7(),
      userId,
      userAgent: tidyName(userAgent).slice(0, 256),
      address: address.slice(0, 64),
      at: new Date(now),
      expiresAt: new Date(now + sessionDays * dayMs),
    };
  }

  async function signedIn(user: UserRow, sessionId: string, generation: number): Promise<Schemas['AuthSession']> {
    const accessToken = await tokens.issue('access', { userId: user.id, sessionId });
    return presentAuthSession(sessionId, user, accessToken, refreshTokens.make(sessionId, generation));
  }

  /** PostgreSQL decides, Redis hears of it, then the sockets. Ending it again changes nothing. */
  async function end(userId: string, sessionId: string, reason: EndReason): Promise<void> {
    const stream = `user:${userId}` as const;
    try {
      const events = await database.write((tx) =>
        streams.append(tx, [{ stream }], (places) => ({
          row: endingSession(sessionId, reason, places[0]?.at ?? new Date(clock.now())),
          events: places.map(({ seq }) => ({ stream, seq, type: 'session.ended', d: { sessionId }, control: true })),
        })),
      );
      await store.markEnded(sessionId);
      streams.publish(events);
      logger.info({ sessionId, reason }, 'session ended');
    } catch (error) {
      if (!(error instanceof AppendRefused)) throw error;
      await store.markEnded(sessionId);
    }
  }

  async function liveness(sessionId: string): Promise<'live' | 'ended'> {
    const known = await store.find(sessionId);
    if (known === 'live' || known === 'ended') return known;
    const found = isLive(await findSession(database.primary, sessionId), clock.now()) ? 'live' : 'ended';
    if (known === 'unknown') await store.putBack(sessionId, found);
    return found;
  }

  return {
    async register({ username, email, password, displayName = username }, device) {
      const name = tidyName(displayName);
      if (isBlank(name)) throw new AppError('request.invalid', { errors: [{ path: '/body/displayName', message: 'must show something' }] });
      const passwordHash = await passwords.hash(password);
      const userId = uuidv7();
      const session = newSession(userId, device);
      const user = await database
        .write(async (tx) => {
          const row = await insertUser(tx, { id: userId, username, email, displayName: name, passwordHash, createdAt: session.at });
          await streams.create(tx, [`user:${userId}`]);
          await insertSession(tx, session);
          return row;
        })
        .catch((error: unknown) => {
          const code = constraintError(error);
          throw code === undefined ? error : new AppError(code, { cause: error });
        });
      return signedIn(user, session.id, 1);
    },

    async signIn({ username, password }, device) {
      const user = await findUserBySignIn(database.primary, username);
      const matches = await passwords.verify(user?.password_hash, password);
      if (user === undefined || !matches) throw new AppError('credentials.invalid');
      const session = await database.write((tx) => insertSession(tx, newSession(user.id, device)));
      return signedIn(user, session.id, session.generation);
    },

    async refresh(refreshToken) {
      const token = refreshTokens.read(refreshToken);
      if (token === undefined) throw new AppError('refresh.invalid');
      const { sessionId, generation } = token;
      const now = clock.now();
      const rotated = await database.write((tx) => rotateSession(tx, sessionId, generation, new Date(now), new Date(now + sessionDays * dayMs)));
      const session = rotated ?? (await findSession(database.primary, sessionId));
      const verdict = rotated === undefined ? judgeRefresh(session, generation, now) : 'repeat';
      if (session === undefined || verdict === 'over') throw new AppError('session.ended');
      if (verdict === 'reuse') {
        logger.warn({ sessionId, userId: session.user_id }, 'a refresh token was used again');
        await end(session.user_id, sessionId, 'refresh_reuse');
        throw new AppError('session.ended');
      }
      const user = await findUser(database.primary, session.user_id);
      if (user === undefined) throw new AppError('session.ended');
      return signedIn(user, sessionId, generation + 1);
    },

    async authenticate(accessToken) {
      const claims = await tokens.verify('access', accessToken).catch((error: unknown) => {
        if (error instanceof TokenRefused) throw new AppError(error.isExpired ? 'token.expired' : 'token.invalid', { cause: error });
        throw error;
      });
      if ((await liveness(claims.sessionId)) === 'ended') throw new AppError('session.ended');
      return { userId: claims.userId, sessionId: claims.sessionId, tokenId: claims.tokenId, expiresAt: claims.expiresAt };
    },

    end: (actor) => end(actor.userId, actor.sessionId, 'signed_out'),

    async jwks() {
      return { keys: await keys.publicKeys() };
    },

    deleteOld: (limit) => database.write((tx) => deleteOldSessions(tx, new Date(clock.now() - keptDays * dayMs), limit)),
  };
}

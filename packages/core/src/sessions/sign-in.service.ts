import type { Schemas } from '@confab/contract';
import { constraintError, type Database } from '@confab/db';
import { AppError, type Clock } from '@confab/runtime';
import type { Streams } from '@confab/stream';
import { v7 as uuidv7 } from 'uuid';

import type { Actor } from '../actor.ts';
import { insertAuditEntries, type AuditEntry } from '../audit/audit.repository.ts';
import { isBlank, tidyName } from '../text.ts';
import { findUserBySignIn, insertUser, updatePasswordHash, type UserRow } from '../users/users.repository.ts';
import type { Attempts } from './attempts.store.ts';
import { assertUncommon } from './common-passwords.ts';
import type { EndSessions } from './ending.ts';
import type { PasswordProof } from './password-proof.ts';
import type { Passwords } from './passwords.ts';
import { findSecondFactor, spendRecoveryCode, spendStep } from './second-factor.repository.ts';
import { sessionDays, type Grant } from './grant.ts';
import { insertSession, type NewSession } from './sessions.repository.ts';
import type { Totp } from './totp.ts';

/** Where a sign-in came from, as the list of sessions shows it. */
export interface Device {
  readonly userAgent: string;
  readonly address: string;
}

export interface SignIn {
  /** Throws username.taken, email.taken, password.common. */
  register(body: Schemas['RegisterRequest'], device: Device): Promise<SignedIn>;
  /** Throws credentials.invalid, second_factor.required, second_factor.invalid, rate.limited. */
  signIn(body: Schemas['SignInRequest'], device: Device): Promise<SignedIn>;
  /** Ends every other session. Throws password.wrong, password.common, rate.limited. */
  changePassword(actor: Actor, body: Schemas['ChangePasswordRequest'], device: Device): Promise<void>;
}

/** Which place the refresh token goes to is the business of whoever answers. */
export type SignedIn = Schemas['AuthSession'] & { refreshToken: string };

export interface SignInDependencies {
  readonly database: Database;
  readonly streams: Streams;
  readonly clock: Clock;
  readonly passwords: Passwords;
  readonly attempts: Attempts;
  readonly totp: Totp;
  readonly grant: Grant;
  readonly endSessions: EndSessions;
  readonly provePassword: PasswordProof;
}

const dayMs = 86_400_000;

export function createSignIn(dependencies: SignInDependencies): SignIn {
  const { database, streams, clock, passwords, attempts, totp, grant, endSessions, provePassword } = dependencies;

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

  const started = ({ id, at, userId }: NewSession): AuditEntry => ({ action: 'session.started', at, actorId: userId, subjectId: userId, sessionId: id });

  async function fail(user: UserRow | undefined, account: string, address: string, code: 'credentials.invalid' | 'second_factor.invalid'): Promise<never> {
    await database.write((tx) => insertAuditEntries(tx, [{ action: 'sign_in.failed', at: new Date(clock.now()), actorId: null, subjectId: user?.id ?? null, details: { code } }]));
    await attempts.countWrong(account, address);
    throw new AppError(code);
  }

  async function isSecondFactorRight(userId: string, sealedSecret: Buffer, code: string): Promise<boolean> {
    const step = totp.stepOf(userId, sealedSecret, code, clock.now());
    if (step !== undefined) return spendStep(database.primary, userId, step);
    return spendRecoveryCode(database.primary, userId, totp.hashRecoveryCode(userId, code));
  }

  return {
    async register({ username, email, password, displayName = username }, device) {
      const name = tidyName(displayName);
      if (isBlank(name)) throw new AppError('request.invalid', { errors: [{ path: '/body/displayName', message: 'must show something' }] });
      assertUncommon(password);
      const passwordHash = await passwords.hash(password);
      const userId = uuidv7();
      const session = newSession(userId, device);
      const user = await database
        .write(async (tx) => {
          const row = await insertUser(tx, { id: userId, username, email, displayName: name, passwordHash, createdAt: session.at });
          await streams.create(tx, [`user:${userId}`]);
          await insertSession(tx, session);
          await insertAuditEntries(tx, [{ action: 'user.registered', at: session.at, actorId: userId, subjectId: userId }, started(session)]);
          return row;
        })
        .catch((error: unknown) => {
          const code = constraintError(error);
          throw code === undefined ? error : new AppError(code, { cause: error });
        });
      return grant(user, session.id, 1);
    },

    async signIn({ username, password, code }, device) {
      const user = await findUserBySignIn(database.primary, username);
      // Whatever he calls himself by, it is one account; a stranger's name counts for itself.
      const account = user?.id ?? username.toLowerCase();
      await attempts.assertMay(account, device.address);
      const matches = await passwords.verify(user?.password_hash, password);
      if (user === undefined || !matches) return fail(user, account, device.address, 'credentials.invalid');
      const factor = await findSecondFactor(database.primary, user.id);
      // Asked before the second factor is: of many guesses at once, only those within the limit may learn anything.
      await attempts.assertMay(account, device.address);
      if (factor !== undefined && factor.confirmed_at !== null) {
        if (code === undefined) throw new AppError('second_factor.required');
        if (!(await isSecondFactorRight(user.id, factor.sealed_secret, code))) return fail(user, account, device.address, 'second_factor.invalid');
      }
      const session = newSession(user.id, device);
      await database.write(async (tx) => {
        await insertSession(tx, session);
        await insertAuditEntries(tx, [started(session)]);
      });
      await attempts.forget(account, device.address);
      return grant(user, session.id, 1);
    },

    async changePassword({ userId, sessionId }, { currentPassword, newPassword }, { address }) {
      await provePassword(userId, currentPassword, address);
      assertUncommon(newPassword);
      const passwordHash = await passwords.hash(newPassword);
      await endSessions({
        userId,
        reason: 'password_changed',
        actorId: userId,
        which: { allBut: sessionId },
        besides: (tx, at) => updatePasswordHash(tx, userId, passwordHash, at),
        alsoAudit: (at) => [{ action: 'password.changed', at, actorId: userId, subjectId: userId, sessionId }],
      });
    },
  };
}

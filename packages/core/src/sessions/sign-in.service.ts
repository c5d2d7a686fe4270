import type { Schemas } from '@confab/contract';
import { constraintError, type Database } from '@confab/db';
import { AppError, type Clock } from '@confab/runtime';
import type { Streams } from '@confab/stream';
import { v7 as uuidv7 } from 'uuid';

import type { Actor } from '../actor.ts';
import { insertAuditEntries, type AuditEntry } from '../audit/audit.repository.ts';
import { isBlank, tidyName } from '../text.ts';
import { findUserBySignIn, insertUser, lockPasswordHash, replacePasswordHash, updatePasswordHash, type UserRow } from '../users/users.repository.ts';
import type { Attempts } from './attempts.store.ts';
import { assertFit } from './common-passwords.ts';
import type { EndSessions } from './ending.ts';
import { sessionDays, type Grant, type SignedIn } from './grant.ts';
import type { PasswordProof } from './password-proof.ts';
import type { Passwords } from './passwords.ts';
import { findSecondFactor, spendRecoveryCode, spendStep } from './second-factor.repository.ts';
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

/** What was asked for besides the password. */
type SecondFactor = 'none' | 'code' | 'recovery_code';

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

  function started({ id, at, userId }: NewSession, secondFactor: SecondFactor = 'none'): AuditEntry {
    return { action: 'session.started', at, actorId: userId, subjectId: userId, sessionId: id, details: { secondFactor } };
  }

  async function fail(user: UserRow | undefined, account: string, address: string, code: 'credentials.invalid' | 'second_factor.invalid'): Promise<never> {
    // Counted at once, so that of many guesses few get far, and told of even where it cannot be counted.
    const outcome = attempts.countWrong(account, address).then(() => new AppError(code), (refusal: unknown) => refusal);
    const at = new Date(clock.now());
    await database.write((tx) => insertAuditEntries(tx, [{ action: 'sign_in.failed', at, actorId: null, subjectId: user?.id ?? null, details: { code } }]));
    throw await outcome;
  }

  /** The same password at today's cost. */
  async function renew(userId: string, madeAtAnother: string, password: string): Promise<void> {
    const passwordHash = await passwords.hash(password);
    await database.write((tx) => replacePasswordHash(tx, userId, madeAtAnother, passwordHash));
  }

  /** Spends the code; undefined when it is none, or was used before. */
  async function spend(userId: string, sealedSecret: Buffer, code: string): Promise<SecondFactor | undefined> {
    const step = totp.stepOf(userId, sealedSecret, code, clock.now());
    if (step !== undefined) return (await spendStep(database.primary, userId, step)) ? 'code' : undefined;
    return (await spendRecoveryCode(database.primary, userId, totp.hashRecoveryCode(userId, code))) ? 'recovery_code' : undefined;
  }

  return {
    async register({ username, email, password, displayName = username }, device) {
      const name = tidyName(displayName);
      if (isBlank(name)) throw new AppError('request.invalid', { errors: [{ path: '/body/displayName', message: 'must show something' }] });
      await assertFit(password);
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
      let secondFactor: SecondFactor | undefined = 'none';
      if (factor !== undefined && factor.confirmed_at !== null) {
        if (code === undefined) throw new AppError('second_factor.required');
        secondFactor = await spend(user.id, factor.sealed_secret, code);
        if (secondFactor === undefined) return fail(user, account, device.address, 'second_factor.invalid');
      }
      const session = newSession(user.id, device);
      const start = (comparedHash: string | null | undefined): Promise<string | null | undefined> =>
        database.write(async (tx) => {
          const currentHash = await lockPasswordHash(tx, user.id);
          if (currentHash !== comparedHash) return currentHash;
          await insertSession(tx, session);
          await insertAuditEntries(tx, [started(session, secondFactor)]);
          return currentHash;
        });
      let comparedHash = user.password_hash;
      for (let currentHash = await start(comparedHash); currentHash !== comparedHash; currentHash = await start(comparedHash)) {
        // Changed since it was compared: if it is another password, the change has ended every session, and this one would outlive it.
        if (currentHash === undefined || !(await passwords.verify(currentHash, password))) return fail(user, account, device.address, 'credentials.invalid');
        comparedHash = currentHash;
      }
      if (comparedHash !== null && !passwords.isCurrent(comparedHash)) await renew(user.id, comparedHash, password);
      await attempts.forget(account, device.address);
      return grant(user, session.id, 1);
    },

    async changePassword(actor, { currentPassword, newPassword }, { address }) {
      const { userId, sessionId } = actor;
      await provePassword(actor, currentPassword, address);
      await assertFit(newPassword);
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

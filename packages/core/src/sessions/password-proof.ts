import type { Database } from '@confab/db';
import { AppError, type Clock } from '@confab/runtime';

import type { Actor } from '../actor.ts';
import { insertAuditEntries } from '../audit/audit.repository.ts';
import { findPasswordHash } from '../users/users.repository.ts';
import type { Attempts } from './attempts.store.ts';
import type { Passwords } from './passwords.ts';

/** Somebody who is signed in shows that it is he. Throws password.wrong, rate.limited. */
export type PasswordProof = (actor: Actor, password: string, address: string) => Promise<void>;

export interface PasswordProofDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly passwords: Passwords;
  readonly attempts: Attempts;
}

export function createPasswordProof({ database, clock, passwords, attempts }: PasswordProofDependencies): PasswordProof {
  return async ({ userId, sessionId }, password, address) => {
    await attempts.assertMay(userId, address);
    if (!(await passwords.verify(await findPasswordHash(database.primary, userId), password))) {
      const outcome = attempts.countWrong(userId, address).then(() => new AppError('password.wrong'), (refusal: unknown) => refusal);
      await database.write((tx) => insertAuditEntries(tx, [{ action: 'password.refused', at: new Date(clock.now()), actorId: userId, subjectId: userId, sessionId }]));
      throw await outcome;
    }
    await attempts.assertMay(userId, address);
  };
}

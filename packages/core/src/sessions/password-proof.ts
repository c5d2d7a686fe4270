import type { Database } from '@confab/db';
import { AppError } from '@confab/runtime';

import { findPasswordHash } from '../users/users.repository.ts';
import type { Attempts } from './attempts.store.ts';
import type { Passwords } from './passwords.ts';

/** Somebody who is signed in shows that it is he. Throws password.wrong, rate.limited. */
export type PasswordProof = (userId: string, password: string, address: string) => Promise<void>;

export function createPasswordProof({ database, passwords, attempts }: { database: Database; passwords: Passwords; attempts: Attempts }): PasswordProof {
  return async (userId, password, address) => {
    await attempts.assertMay(userId, address);
    if (!(await passwords.verify(await findPasswordHash(database.primary, userId), password))) {
      await attempts.countWrong(userId, address);
      throw new AppError('password.wrong');
    }
    await attempts.assertMay(userId, address);
  };
}

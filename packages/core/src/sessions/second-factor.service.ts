import type { Schemas } from '@confab/contract';
import type { Database } from '@confab/db';
import { AppError, type Clock } from '@confab/runtime';

import type { Actor } from '../actor.ts';
import { insertAuditEntries } from '../audit/audit.repository.ts';
import { getUser } from '../users/users.repository.ts';
import type { PasswordProof } from './password-proof.ts';
import {
  confirmSecondFactor,
  countRecoveryCodes,
  deleteAbandonedSecondFactors,
  deleteSecondFactor,
  findSecondFactor,
  insertRecoveryCodes,
  putSecondFactor,
} from './second-factor.repository.ts';
import type { Totp } from './totp.ts';

const dayMs = 86_400_000;

export interface SecondFactors {
  get(actor: Actor): Promise<Schemas['SecondFactor']>;
  /** Throws password.wrong, second_factor.enabled. */
  enrol(actor: Actor, body: Schemas['PasswordRequest'], address: string): Promise<Schemas['SecondFactorEnrolment']>;
  /** Throws second_factor.missing, second_factor.enabled, second_factor.invalid. */
  confirm(actor: Actor, body: Schemas['ConfirmSecondFactorRequest']): Promise<Schemas['RecoveryCodes']>;
  /** Throws password.wrong, second_factor.missing. */
  remove(actor: Actor, body: Schemas['PasswordRequest'], address: string): Promise<void>;
  /** Deletes what was begun a day ago and never confirmed, at most `limit`; answers how many. */
  deleteAbandoned(limit: number): Promise<number>;
}

export function createSecondFactors({ database, clock, totp, provePassword }: { database: Database; clock: Clock; totp: Totp; provePassword: PasswordProof }): SecondFactors {
  return {
    async get({ userId }) {
      return database.read(async (db) => {
        const isEnabled = (await findSecondFactor(db, userId))?.confirmed_at != null;
        return { isEnabled, recoveryCodesLeft: isEnabled ? await countRecoveryCodes(db, userId) : 0 };
      });
    },

    async enrol(actor, { password }, address) {
      const { userId } = actor;
      await provePassword(actor, password, address);
      const { username } = await getUser(database.primary, userId);
      const { base32, sealed } = totp.make(userId);
      if (!(await putSecondFactor(database.primary, userId, sealed, new Date(clock.now())))) throw new AppError('second_factor.enabled');
      return { secret: base32, uri: totp.uri(username, base32) };
    },

    async confirm({ userId, sessionId }, { code }) {
      const factor = await findSecondFactor(database.primary, userId);
      if (factor === undefined) throw new AppError('second_factor.missing');
      if (factor.confirmed_at !== null) throw new AppError('second_factor.enabled');
      const step = totp.stepOf(userId, factor.sealed_secret, code, clock.now());
      if (step === undefined) throw new AppError('second_factor.invalid');
      const recoveryCodes = totp.makeRecoveryCodes();
      await database.write(async (tx) => {
        const at = new Date(clock.now());
        if (!(await confirmSecondFactor(tx, userId, step, at))) throw new AppError('second_factor.enabled');
        await insertRecoveryCodes(tx, userId, recoveryCodes.map((recoveryCode) => totp.hashRecoveryCode(userId, recoveryCode)));
        await insertAuditEntries(tx, [{ action: 'second_factor.enabled', at, actorId: userId, subjectId: userId, sessionId }]);
      });
      return { recoveryCodes };
    },

    async remove(actor, { password }, address) {
      const { userId, sessionId } = actor;
      await provePassword(actor, password, address);
      await database.write(async (tx) => {
        if (!(await deleteSecondFactor(tx, userId))) throw new AppError('second_factor.missing');
        await insertAuditEntries(tx, [{ action: 'second_factor.removed', at: new Date(clock.now()), actorId: userId, subjectId: userId, sessionId }]);
      });
    },

    deleteAbandoned: (limit) => database.write((tx) => deleteAbandonedSecondFactors(tx, new Date(clock.now() - dayMs), limit)),
  };
}

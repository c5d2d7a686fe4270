import { named, type Db, type Tx } from '@confab/db';
import { sql } from 'kysely';

export interface SecondFactorRow {
  readonly sealed_secret: Buffer;
  readonly confirmed_at: Date | null;
  readonly last_step: number;
}

export async function findSecondFactor(db: Db, userId: string): Promise<SecondFactorRow | undefined> {
  return named(db, 'secondFactors.find').selectFrom('second_factors').select(['sealed_secret', 'confirmed_at', 'last_step']).where('user_id', '=', userId).executeTakeFirst();
}

/** Replaces one that was never confirmed; false where one is in force. */
export async function putSecondFactor(db: Db, userId: string, sealedSecret: Buffer, at: Date): Promise<boolean> {
  const { rows } = await sql`
    INSERT INTO second_factors (user_id, sealed_secret, created_at) VALUES (${userId}, ${sealedSecret}, ${at})
    ON CONFLICT (user_id) DO UPDATE SET sealed_secret = excluded.sealed_secret, created_at = excluded.created_at, last_step = 0
    WHERE second_factors.confirmed_at IS NULL RETURNING user_id`.execute(named(db, 'secondFactors.put'));
  return rows.length === 1;
}

/** False where it is in force already. */
export async function confirmSecondFactor(tx: Tx, userId: string, step: number, at: Date): Promise<boolean> {
  const row = await named(tx, 'secondFactors.confirm')
    .updateTable('second_factors')
    .set({ confirmed_at: at, last_step: step })
    .where('user_id', '=', userId)
    .where('confirmed_at', 'is', null)
    .returning('user_id')
    .executeTakeFirst();
  return row !== undefined;
}

/** A code is good once: false when this step, or a later one, was used before. */
export async function spendStep(db: Db, userId: string, step: number): Promise<boolean> {
  const row = await named(db, 'secondFactors.spendStep')
    .updateTable('second_factors')
    .set({ last_step: step })
    .where('user_id', '=', userId)
    .where('last_step', '<', step)
    .returning('user_id')
    .executeTakeFirst();
  return row !== undefined;
}

export async function deleteSecondFactor(tx: Tx, userId: string): Promise<boolean> {
  const row = await named(tx, 'secondFactors.delete').deleteFrom('second_factors').where('user_id', '=', userId).where('confirmed_at', 'is not', null).returning('user_id').executeTakeFirst();
  return row !== undefined;
}

/** Recovery codes go with their factor. */
export async function deleteAbandonedSecondFactors(tx: Tx, before: Date, limit: number): Promise<number> {
  const { rows } = await sql`
    DELETE FROM second_factors WHERE user_id IN (
      SELECT user_id FROM second_factors WHERE confirmed_at IS NULL AND created_at < ${before} LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING user_id`.execute(named(tx, 'secondFactors.deleteAbandoned'));
  return rows.length;
}

export async function insertRecoveryCodes(tx: Tx, userId: string, hashes: readonly Buffer[]): Promise<void> {
  await named(tx, 'recoveryCodes.insert').insertInto('recovery_codes').values(hashes.map((code_hash) => ({ user_id: userId, code_hash }))).execute();
}

/** False when there is no such code, or not any more. */
export async function spendRecoveryCode(db: Db, userId: string, hash: Buffer): Promise<boolean> {
  const row = await named(db, 'recoveryCodes.spend').deleteFrom('recovery_codes').where('user_id', '=', userId).where('code_hash', '=', hash).returning('user_id').executeTakeFirst();
  return row !== undefined;
}

export async function countRecoveryCodes(db: Db, userId: string): Promise<number> {
  const row = await named(db, 'recoveryCodes.count').selectFrom('recovery_codes').select((eb) => eb.fn.countAll<number>().as('n')).where('user_id', '=', userId).executeTakeFirstOrThrow();
  return Number(row.n);
}

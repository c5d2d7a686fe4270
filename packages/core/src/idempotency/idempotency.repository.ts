import { named, type Tx } from '@confab/db';
import { sql } from 'kysely';

export interface KeyUse {
  readonly userId: string;
  readonly operation: string;
  readonly key: string;
  readonly requestHash: Buffer;
  /** What the request makes. */
  readonly subjectId: string;
  readonly at: Date;
}

export interface UsedKey {
  readonly request_hash: Buffer;
  readonly subject_id: string;
}

/** True for the first, and again once the last use is of before `expired`. A twin in another transaction is waited for. */
export async function insertKey(tx: Tx, { userId, operation, key, requestHash, subjectId, at }: KeyUse, expired: Date): Promise<boolean> {
  const { rows } = await sql`
    INSERT INTO idempotency_keys AS used (user_id, operation, key, request_hash, subject_id, created_at)
    VALUES (${userId}, ${operation}, ${key}, ${requestHash}, ${subjectId}, ${at})
    ON CONFLICT ON CONSTRAINT idempotency_keys_pkey DO UPDATE
      SET request_hash = excluded.request_hash, subject_id = excluded.subject_id, created_at = excluded.created_at
      WHERE used.created_at <= ${expired}
    RETURNING 1`.execute(named(tx, 'idempotencyKeys.insert'));
  return rows.length === 1;
}

export async function findKey(tx: Tx, { userId, operation, key }: KeyUse): Promise<UsedKey | undefined> {
  return named(tx, 'idempotencyKeys.find')
    .selectFrom('idempotency_keys')
    .select(['request_hash', 'subject_id'])
    .where('user_id', '=', userId)
    .where('operation', '=', operation)
    .where('key', '=', key)
    .executeTakeFirst();
}

export async function deleteOldKeys(tx: Tx, before: Date, limit: number): Promise<number> {
  const { rows } = await sql`
    DELETE FROM idempotency_keys WHERE (user_id, operation, key) IN (
      SELECT user_id, operation, key FROM idempotency_keys WHERE created_at <= ${before} ORDER BY created_at LIMIT ${limit})
    RETURNING 1`.execute(named(tx, 'idempotencyKeys.deleteOld'));
  return rows.length;
}

import { named, type DB, type Db, type Tx } from '@confab/db';
import { sql, type Selectable } from 'kysely';

export type SigningKeyRow = Selectable<DB['signing_keys']>;

/** Those that sign, and those whose last tokens may still be about; newest first. */
export async function listSigningKeys(db: Db, retiredAfter: Date): Promise<SigningKeyRow[]> {
  return named(db, 'signingKeys.list')
    .selectFrom('signing_keys')
    .select(['id', 'public_jwk', 'sealed_private_jwk', 'created_at', 'retired_at'])
    .where((eb) => eb.or([eb('retired_at', 'is', null), eb('retired_at', '>', retiredAfter)]))
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute();
}

/** Until the transaction ends nobody else makes a key. */
export async function lockSigningKeys(tx: Tx): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended('confab.signing_keys', 0))`.execute(named(tx, 'signingKeys.lock'));
}

export async function insertSigningKey(tx: Tx, key: { id: string; publicJwk: object; sealedPrivateJwk: Buffer; createdAt: Date }): Promise<void> {
  await named(tx, 'signingKeys.insert')
    .insertInto('signing_keys')
    .values({ id: key.id, public_jwk: JSON.stringify(key.publicJwk), sealed_private_jwk: key.sealedPrivateJwk, created_at: key.createdAt })
    .execute();
}

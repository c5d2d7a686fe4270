import { named, type DB, type Db, type Tx } from '@confab/db';
import { sql, type Selectable } from 'kysely';

export type SigningKeyRow = Selectable<DB['signing_keys']>;

export interface NewSigningKey {
  readonly id: string;
  readonly publicJwk: object;
  readonly sealedPrivateJwk: Buffer;
  readonly createdAt: Date;
}

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

export async function insertSigningKey(tx: Tx, key: NewSigningKey): Promise<void> {
  await named(tx, 'signingKeys.insert')
    .insertInto('signing_keys')
    .values({ id: key.id, public_jwk: JSON.stringify(key.publicJwk), sealed_private_jwk: key.sealedPrivateJwk, created_at: key.createdAt })
    .execute();
}

/** Those that were to retire already do so when it was said; answers how many. */
export async function retireOtherSigningKeys(tx: Tx, id: string, at: Date): Promise<number> {
  const { numUpdatedRows } = await named(tx, 'signingKeys.retireOthers').updateTable('signing_keys').set({ retired_at: at }).where('id', '<>', id).where('retired_at', 'is', null).executeTakeFirst();
  return Number(numUpdatedRows);
}

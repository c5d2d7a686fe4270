import type { Database } from '@confab/db';
import type { Clock } from '@confab/runtime';

import { insertAuditEntries } from '../audit/audit.repository.ts';
import { deriveKey } from './derived-keys.ts';
import { makeSigningKey } from './signing-key.ts';
import { insertSigningKey, lockSigningKeys, retireOtherSigningKeys } from './signing-keys.repository.ts';

/** Until then every signer has looked for newer keys, which it does once a minute, and found the new one old enough. */
const overlapMs = 120_000;

export interface KeyRotation {
  readonly id: string;
  /** When the keys before it stop signing. */
  readonly othersRetireAt: Date;
}

/**
 * A new key for access tokens and tickets. Those that sign now go on for two minutes, and what they signed is believed until it
 * expires: nobody is signed out.
 */
export async function rotateSigningKey({ database, secret, clock }: { database: Database; secret: Uint8Array; clock: Clock }): Promise<KeyRotation> {
  const at = new Date(clock.now());
  const othersRetireAt = new Date(at.getTime() + overlapMs);
  const { key, row } = await makeSigningKey(deriveKey(secret, 'signing keys'), at.getTime());
  await database.write(async (tx) => {
    await lockSigningKeys(tx);
    await insertSigningKey(tx, row);
    const retired = await retireOtherSigningKeys(tx, key.id, othersRetireAt);
    await insertAuditEntries(tx, [{ action: 'signing_key.rotated', at, actorId: null, details: { keyId: key.id, retired } }]);
  });
  return { id: key.id, othersRetireAt };
}

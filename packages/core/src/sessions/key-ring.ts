import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';

import type { Database, Tx } from '@confab/db';
import type { Clock } from '@confab/runtime';

import { deriveKey } from './derived-keys.ts';
import { open } from './sealed.ts';
import { makeSigningKey } from './signing-key.ts';
import { insertSigningKey, listSigningKeys, lockSigningKeys, type SigningKeyRow } from './signing-keys.repository.ts';

/** Longer than any token lives. */
const retiredForMs = 3_600_000;
/** Unknown key ids ask the database once in this time, however many come. */
const reloadPauseMs = 1_000;
/** By then every process has met the key, or meets it by asking; so nobody refuses what it signs. */
const matureAfterMs = 10_000;
/** How old what is known may be. A rotation gives everybody twice this time to take the new key up. */
const staleAfterMs = 60_000;

export interface PublicKey extends Record<string, unknown> {
  readonly kid: string;
}

export interface SigningKey {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly createdAt: number;
  /** From then on nothing is signed with it; what it signed before is good until it expires. */
  readonly retiredAt: number;
}

export interface KeyRing {
  /** The key to sign with. Makes the deployment's first when there is none. */
  signer(): Promise<SigningKey>;
  find(id: string): Promise<KeyObject | undefined>;
  publicKeys(): Promise<PublicKey[]>;
}

export function createKeyRing({ database, secret, clock }: { database: Database; secret: Uint8Array; clock: Clock }): KeyRing {
  const sealingKey = deriveKey(secret, 'signing keys');
  let keys = new Map<string, SigningKey>();
  let loadedAt = -Infinity;
  let triedAt = -Infinity;
  let loading: Promise<void> | undefined;

  /** A key that does not open was not sealed by this deployment's secret: it is not ours, whoever put it there. */
  function opened(row: SigningKeyRow): SigningKey[] {
    const content = open(sealingKey, row.id, row.sealed_private_jwk);
    if (content === undefined) return [];
    const privateKey = createPrivateKey({ key: JSON.parse(content.toString()) as JsonWebKey, format: 'jwk' });
    return [{ id: row.id, privateKey, publicKey: createPublicKey(privateKey), createdAt: row.created_at.getTime(), retiredAt: row.retired_at?.getTime() ?? Infinity }];
  }

  const isFit = (key: SigningKey) => key.retiredAt > clock.now();

  async function load(): Promise<void> {
    const retiredAfter = new Date(clock.now() - retiredForMs);
    let found = (await listSigningKeys(database.primary, retiredAfter)).flatMap(opened);
    if (!found.some(isFit)) found = await database.write((tx) => makeFirst(tx, retiredAfter));
    keys = new Map(found.map((key) => [key.id, key]));
    loadedAt = clock.now();
  }

  async function makeFirst(tx: Tx, retiredAfter: Date): Promise<SigningKey[]> {
    await lockSigningKeys(tx);
    const found = (await listSigningKeys(tx, retiredAfter)).flatMap(opened);
    if (found.some(isFit)) return found;
    const { key, row } = await makeSigningKey(sealingKey, clock.now());
    await insertSigningKey(tx, row);
    return [key, ...found];
  }

  function reload(): Promise<void> {
    triedAt = clock.now();
    loading ??= load().finally(() => (loading = undefined));
    return loading;
  }

  /** What is known is good enough while the database is away; asked again once in a while. */
  async function fresh(): Promise<void> {
    if (loadedAt === -Infinity) return reload();
    const now = clock.now();
    if (now - loadedAt > staleAfterMs && now - triedAt >= reloadPauseMs) await reload().catch(() => undefined);
  }

  return {
    async signer() {
      await fresh();
      const fit = [...keys.values()].filter(isFit);
      const chosen = fit.find((key) => clock.now() - key.createdAt >= matureAfterMs) ?? fit.at(-1);
      if (chosen === undefined) throw new Error('there is no key to sign with');
      return chosen;
    },
    async find(id) {
      await fresh();
      if (!keys.has(id) && clock.now() - triedAt >= reloadPauseMs) await reload();
      return keys.get(id)?.publicKey;
    },
    async publicKeys() {
      await fresh();
      // Whoever asks for them is rare, and wants those of now.
      if (clock.now() - triedAt >= reloadPauseMs) await reload().catch(() => undefined);
      return [...keys.values()].map((key) => presentKey(key.id, key.publicKey));
    },
  };
}

export function presentKey(id: string, key: KeyObject): PublicKey {
  return { ...key.export({ format: 'jwk' }), kid: id, use: 'sig', alg: 'EdDSA' };
}

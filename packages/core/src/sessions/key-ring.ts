import { createPrivateKey, createPublicKey, generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto';

import type { Database } from '@confab/db';
import type { Clock } from '@confab/runtime';
import { calculateJwkThumbprint } from 'jose';

import { deriveKey } from './derived-keys.ts';
import { open, seal } from './sealed.ts';
import { insertSigningKey, listSigningKeys, lockSigningKeys, type SigningKeyRow } from './signing-keys.repository.ts';

/** Longer than any token lives. */
const retiredForMs = 3_600_000;
/** Unknown key ids ask the database once in this time, however many come. */
const reloadPauseMs = 1_000;
/** By then every process has met the key, or meets it by asking; so nobody refuses what it signs. */
const matureAfterMs = 10_000;
/** A signer looks for newer keys this often. */
const signerReloadMs = 60_000;

export interface PublicKey extends Record<string, unknown> {
  readonly kid: string;
}

interface SigningKey {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly createdAt: number;
  readonly isRetired: boolean;
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
  let loading: Promise<void> | undefined;

  /** A key that does not open was not sealed by this deployment's secret: it is not ours, whoever put it there. */
  function opened(row: SigningKeyRow): SigningKey[] {
    const content = open(sealingKey, row.id, row.sealed_private_jwk);
    if (content === undefined) return [];
    const privateKey = createPrivateKey({ key: JSON.parse(content.toString()) as JsonWebKey, format: 'jwk' });
    return [{ id: row.id, privateKey, publicKey: createPublicKey(privateKey), createdAt: row.created_at.getTime(), isRetired: row.retired_at !== null }];
  }

  async function load(): Promise<void> {
    const retiredAfter = new Date(clock.now() - retiredForMs);
    let found = (await listSigningKeys(database.primary, retiredAfter)).flatMap(opened);
    if (found.every((key) => key.isRetired)) found = await database.write((tx) => makeFirst(tx, retiredAfter));
    keys = new Map(found.map((key) => [key.id, key]));
    loadedAt = clock.now();
  }

  async function makeFirst(tx: Parameters<typeof lockSigningKeys>[0], retiredAfter: Date): Promise<SigningKey[]> {
    await lockSigningKeys(tx);
    const found = (await listSigningKeys(tx, retiredAfter)).flatMap(opened);
    if (found.some((key) => !key.isRetired)) return found;
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const publicJwk = publicKey.export({ format: 'jwk' });
    const id = await calculateJwkThumbprint(publicJwk as Parameters<typeof calculateJwkThumbprint>[0]);
    const createdAt = clock.now();
    const sealed = seal(sealingKey, id, Buffer.from(JSON.stringify(privateKey.export({ format: 'jwk' }))));
    await insertSigningKey(tx, { id, publicJwk, sealedPrivateJwk: sealed, createdAt: new Date(createdAt) });
    return [{ id, privateKey, publicKey, createdAt, isRetired: false }, ...found];
  }

  function reload(): Promise<void> {
    loading ??= load().finally(() => (loading = undefined));
    return loading;
  }

  async function loaded(): Promise<void> {
    if (loadedAt === -Infinity) await reload();
  }

  return {
    async signer() {
      await loaded();
      // What is known is good enough while the database is away.
      if (clock.now() - loadedAt > signerReloadMs) await reload().catch(() => undefined);
      const fit = [...keys.values()].filter((key) => !key.isRetired);
      const chosen = fit.find((key) => clock.now() - key.createdAt >= matureAfterMs) ?? fit.at(-1);
      if (chosen === undefined) throw new Error('there is no key to sign with');
      return chosen;
    },
    async find(id) {
      await loaded();
      if (!keys.has(id) && clock.now() - loadedAt >= reloadPauseMs) await reload();
      return keys.get(id)?.publicKey;
    },
    async publicKeys() {
      await loaded();
      return [...keys.values()].map((key) => ({ ...key.publicKey.export({ format: 'jwk' }), kid: key.id, use: 'sig', alg: 'EdDSA' }));
    },
  };
}

import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';

import { calculateJwkThumbprint } from 'jose';

import type { SigningKey } from './key-ring.ts';
import { seal } from './sealed.ts';
import type { NewSigningKey } from './signing-keys.repository.ts';

/** Its id is the thumbprint of its public half (RFC 7638). */
async function generate() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const publicJwk: JsonWebKey = publicKey.export({ format: 'jwk' });
  const id = await calculateJwkThumbprint(publicJwk as Parameters<typeof calculateJwkThumbprint>[0]);
  return { id, privateKey, publicKey, publicJwk, privateJwk: privateKey.export({ format: 'jwk' }) };
}

/** The private half is sealed under the id. */
export async function makeSigningKey(sealingKey: Uint8Array, now: number): Promise<{ key: SigningKey; row: NewSigningKey }> {
  const { id, privateKey, publicKey, publicJwk, privateJwk } = await generate();
  const sealedPrivateJwk = seal(sealingKey, id, Buffer.from(JSON.stringify(privateJwk)));
  return {
    key: { id, privateKey, publicKey, createdAt: now, retiredAt: Infinity },
    row: { id, publicJwk, sealedPrivateJwk, createdAt: new Date(now) },
  };
}

/** For a file of keys. */
export async function newSigningJwk(): Promise<JsonWebKey & { kid: string }> {
  const { id, privateJwk } = await generate();
  return { ...privateJwk, kid: id };
}

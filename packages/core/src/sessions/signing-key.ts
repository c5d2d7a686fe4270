import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';

import { calculateJwkThumbprint } from 'jose';

import type { SigningKey } from './key-ring.ts';
import { seal } from './sealed.ts';
import type { NewSigningKey } from './signing-keys.repository.ts';

/** Its id is the thumbprint of its public half (RFC 7638); the private half is sealed under that id. */
export async function makeSigningKey(sealingKey: Uint8Array, now: number): Promise<{ key: SigningKey; row: NewSigningKey }> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const publicJwk: JsonWebKey = publicKey.export({ format: 'jwk' });
  const id = await calculateJwkThumbprint(publicJwk as Parameters<typeof calculateJwkThumbprint>[0]);
  const sealedPrivateJwk = seal(sealingKey, id, Buffer.from(JSON.stringify(privateKey.export({ format: 'jwk' }))));
  return {
    key: { id, privateKey, publicKey, createdAt: now, retiredAt: Infinity },
    row: { id, publicJwk, sealedPrivateJwk, createdAt: new Date(now) },
  };
}

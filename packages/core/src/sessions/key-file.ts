import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { readFileSync, statSync, type Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';

import type { Clock, Logger } from '@confab/runtime';

import { presentKey, type KeyRing, type SigningKey } from './key-ring.ts';

/** How often the file is looked at while it is in use; a token of an unknown key has it looked at besides. */
const lookEveryMs = 1_000;
/** Whoever else may read it can sign, whoever may write it can sign everybody out. */
const forbiddenModes = 0o027;

interface FileKeys {
  readonly signer: SigningKey;
  readonly all: ReadonlyMap<string, KeyObject>;
}

/**
 * The keys of a mounted file, a JWK set of Ed25519 keys: the first signs, the others are believed until they are removed. A file that
 * cannot be used stops the start; one that becomes so is told of, and the keys known before go on.
 */
export function createKeyFile({ path, clock, logger }: { path: string; clock: Clock; logger: Logger }): KeyRing {
  let keys = parse(path, statSync(path, { throwIfNoEntry: false }), () => readFileSync(path, 'utf8'));
  let stamp = '';
  let lookedAt = -Infinity;
  let lastComplaint = '';
  let looking: Promise<void> | undefined;

  async function look(): Promise<void> {
    lookedAt = clock.now();
    try {
      const found = await stat(path);
      const now = [found.ino, found.size, found.mtimeMs, found.mode].join();
      if (now === stamp) return;
      const text = await readFile(path, 'utf8');
      keys = parse(path, found, () => text);
      stamp = now;
      lastComplaint = '';
    } catch (error) {
      const complaint = String(error);
      if (complaint !== lastComplaint) logger.error({ err: error }, 'the file of signing keys cannot be used; those known before go on');
      lastComplaint = complaint;
    }
  }

  const lookNow = (): Promise<void> => (looking ??= look().finally(() => (looking = undefined)));
  const fresh = async (): Promise<FileKeys> => {
    if (clock.now() - lookedAt >= lookEveryMs) await lookNow();
    return keys;
  };

  return {
    signer: async () => (await fresh()).signer,
    async find(id) {
      const known = (await fresh()).all.get(id);
      if (known !== undefined) return known;
      await lookNow();
      return keys.all.get(id);
    },
    publicKeys: async () => [...(await fresh()).all].map(([id, key]) => presentKey(id, key)),
  };
}

function parse(path: string, found: Stats | undefined, read: () => string): FileKeys {
  const refuse = (why: string): never => {
    throw new Error(`SIGNING_KEYS_FILE: ${path} ${why}`);
  };
  if (found === undefined) return refuse('does not exist');
  if (!found.isFile()) return refuse('is not a file');
  if ((found.mode & forbiddenModes) !== 0) return refuse(`has the mode ${(found.mode & 0o777).toString(8)}: nobody but its owner may write it, nobody but owner and group read it (chmod 640)`);
  const listed = jwks(read) ?? refuse('is not a JWK set: {"keys": […]}');
  const all = new Map<string, KeyObject>();
  for (const [index, jwk] of listed.entries()) {
    if (typeof jwk?.kid !== 'string' || !/^[\w-]{1,64}$/.test(jwk.kid) || all.has(jwk.kid)) return refuse(`has no kid of its own for key ${index + 1}`);
    all.set(jwk.kid, publicKey(jwk) ?? refuse(`has no Ed25519 key in place ${index + 1}`));
  }
  const [first] = listed;
  if (first?.d === undefined) return refuse('has no private key in its first place: that one signs');
  const privateKey = createPrivateKey({ key: first, format: 'jwk' });
  return { all, signer: { id: first.kid as string, privateKey, publicKey: createPublicKey(privateKey), createdAt: 0, retiredAt: Infinity } };
}

function jwks(read: () => string): ((JsonWebKey & { kid?: unknown }) | null)[] | undefined {
  try {
    const { keys } = JSON.parse(read()) as { keys?: unknown };
    return Array.isArray(keys) && keys.length > 0 ? (keys as JsonWebKey[]) : undefined;
  } catch (error) {
    // What JSON.parse quotes may be a key.
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Of a private key it is made of the private half: an `x` that belongs to another key is of no account. */
function publicKey(jwk: JsonWebKey): KeyObject | undefined {
  try {
    const key = jwk.d === undefined ? createPublicKey({ key: jwk, format: 'jwk' }) : createPublicKey(createPrivateKey({ key: jwk, format: 'jwk' }));
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

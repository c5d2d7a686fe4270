import { createHmac, randomBytes } from 'node:crypto';

import { Secret, TOTP } from 'otpauth';

import { deriveKey } from './derived-keys.ts';
import { open, seal } from './sealed.ts';

const periodSeconds = 30;
const codes = 10;

export interface TotpSecret {
  readonly base32: string;
  readonly sealed: Buffer;
}

/** Time-based codes (RFC 6238: SHA-1, six digits, 30 s, one step of tolerance either way) and codes for whoever lost the device. */
export interface Totp {
  make(userId: string): TotpSecret;
  uri(username: string, base32: string): string;
  /** The step the code belongs to, if it is one of now. */
  stepOf(userId: string, sealed: Buffer, code: string, now: number): number | undefined;
  makeRecoveryCodes(): string[];
  hashRecoveryCode(userId: string, code: string): Buffer;
}

export function createTotp(secret: Uint8Array): Totp {
  const sealingKey = deriveKey(secret, 'second factors');
  const recoveryKey = deriveKey(secret, 'recovery codes');
  const totp = (base32: string, label = 'account') => new TOTP({ issuer: 'Confab', label, secret: Secret.fromBase32(base32), period: periodSeconds });

  return {
    make(userId) {
      const base32 = new Secret({ size: 20 }).base32;
      return { base32, sealed: seal(sealingKey, userId, Buffer.from(base32)) };
    },
    uri: (username, base32) => totp(base32, username).toString(),
    stepOf(userId, sealed, code, now) {
      const base32 = open(sealingKey, userId, sealed)?.toString();
      if (base32 === undefined || !/^\d{6}$/.test(code)) return undefined;
      const delta = totp(base32).validate({ token: code, timestamp: now, window: 1 });
      return delta === null ? undefined : Math.floor(now / 1000 / periodSeconds) + delta;
    },
    makeRecoveryCodes: () => Array.from({ length: codes }, () => readable(new Secret({ buffer: new Uint8Array(randomBytes(10)).buffer }).base32)),
    hashRecoveryCode: (userId, code) => createHmac('sha256', recoveryKey).update(`${userId}\n${code.toUpperCase().replaceAll(/[^A-Z2-7]/g, '')}`).digest(),
  };
}

/** Groups of four, for paper. */
function readable(base32: string): string {
  return base32.match(/.{4}/g)?.join('-') ?? base32;
}

import type { Clock } from '@confab/runtime';
import { errors, jwtVerify, SignJWT, type JWTPayload } from 'jose';
import { v7 as uuidv7 } from 'uuid';

import { deriveKey } from './derived-keys.ts';
import type { KeyRing } from './key-ring.ts';

const issuer = 'confab';
/** How far the clocks of two machines may be apart. */
const clockToleranceSeconds = 5;
const longest = 2048;
/** Whoever sends often sends the same token: its signature need not be checked each time. */
const mostBelieved = 10_000;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Type, audience and key differ, so that neither can pass for the other. Anybody can check an access token; tickets pass between API and gateway. */
export const tokenKinds = {
  access: { type: 'at+jwt', audience: 'confab-api', algorithm: 'EdDSA', headerFields: 3, lifetimeSeconds: 900 },
  ticket: { type: 'ticket+jwt', audience: 'confab-gateway', algorithm: 'HS256', headerFields: 2, lifetimeSeconds: 30 },
} as const;

export type TokenKind = keyof typeof tokenKinds;

export interface Claims {
  readonly userId: string;
  readonly sessionId: string;
  readonly tokenId: string;
  readonly expiresAt: number;
  /** In a ticket: when the access token that asked for it expires, and with it the connection. */
  readonly connectionExpiresAt: number;
  /** Of the refresh token that it was issued with; in a ticket, of no account. */
  readonly generation: number;
}

/** The token was read and found wrong. Failures to read the keys are not this. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
  readonly isExpired: boolean;

  constructor(isExpired: boolean, cause?: unknown) {
    super(isExpired ? 'the token has expired' : 'the token is not valid', { cause });
    this.isExpired = isExpired;
  }
}

export interface Tokens {
  issue(kind: TokenKind, subject: { userId: string; sessionId: string; generation?: number; connectionExpiresAt?: number }): Promise<string>;
  /** The one place where tokens are believed. */
  verify(kind: TokenKind, token: string): Promise<Claims>;
}

/** Whose signature was found to be that of a key. */
interface Believed {
  readonly claims: Claims;
  /** From when to when it is good, by its age and by what it says. */
  readonly from: number;
  readonly until: number;
  readonly keyId: string;
  readonly key: object;
}

export function createTokens({ keys, clock, secret }: { keys: KeyRing; clock: Clock; secret: Uint8Array }): Tokens {
  // As a key and not as its bytes, of which the library would make one for each ticket.
  const ticketKey = crypto.subtle.importKey('raw', deriveKey(secret, 'gateway tickets'), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
  const believed = new Map<string, Believed>();

  /** Of a token that was believed before: as long as its time is not over and its key is trusted still. Else it is read anew, and refused for its reason. */
  async function remembered(token: string): Promise<Claims | undefined> {
    const known = believed.get(token);
    if (known === undefined) return undefined;
    const { claims, from, until, keyId, key } = known;
    const now = clock.now();
    const isInTime = from <= now && now < until;
    if (isInTime && (await keys.find(keyId)) === key) return claims;
    believed.delete(token);
    return undefined;
  }

  function remember(token: string, entry: Believed): void {
    believed.set(token, entry);
    for (const oldest of believed.keys()) {
      if (believed.size <= mostBelieved) break;
      believed.delete(oldest);
    }
  }

  return {
    async issue(kind, { userId, sessionId, generation, connectionExpiresAt }) {
      const { type, audience, algorithm, lifetimeSeconds } = tokenKinds[kind];
      const issuedAt = Math.floor(clock.now() / 1000);
      const { id, privateKey } = kind === 'ticket' ? { id: undefined, privateKey: await ticketKey } : await keys.signer();
      return new SignJWT({ sid: sessionId, ...(generation === undefined ? {} : { gen: generation }), ...(connectionExpiresAt === undefined ? {} : { cexp: Math.floor(connectionExpiresAt / 1000) }) })
        .setProtectedHeader({ alg: algorithm, typ: type, ...(id === undefined ? {} : { kid: id }) })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(userId)
        .setJti(uuidv7())
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + lifetimeSeconds)
        .sign(privateKey);
    },

    async verify(kind, token) {
      const { type, audience, algorithm, lifetimeSeconds, headerFields } = tokenKinds[kind];
      if (token.length > longest) throw new TokenRefused(false);
      // A ticket comes once.
      const known = kind === 'access' ? await remembered(token) : undefined;
      if (known !== undefined) return known;
      try {
        let key: object = ticketKey;
        const { payload, protectedHeader } = await jwtVerify(token, async ({ kid }) => (kind === 'ticket' ? ticketKey : (key = await trustedKey(keys, kid))), {
          algorithms: [algorithm],
          typ: type,
          issuer,
          audience,
          requiredClaims: ['iss', 'aud', 'sub', 'sid', 'jti', 'iat', 'exp', kind === 'ticket' ? 'cexp' : 'gen'],
          maxTokenAge: lifetimeSeconds,
          clockTolerance: clockToleranceSeconds,
          currentDate: new Date(clock.now()),
        });
        // Whatever else a header asks for, we never meant it.
        if (Object.keys(protectedHeader).length !== headerFields) throw new TokenRefused(false);
        const claims = claimsOf(payload, audience);
        const issuedAt = (payload.iat ?? 0) * 1000;
        if (kind === 'access') remember(token, { claims, from: issuedAt - clockToleranceSeconds * 1000, until: Math.min(claims.expiresAt, issuedAt + lifetimeSeconds * 1000), keyId: protectedHeader.kid ?? '', key });
        return claims;
      } catch (error) {
        if (error instanceof errors.JOSEError) throw new TokenRefused(error instanceof errors.JWTExpired, error);
        throw error;
      }
    },
  };
}

/** From our own keys by id, and from nothing that the token brings. */
async function trustedKey(keys: KeyRing, id: string | undefined) {
  const key = id === undefined ? undefined : await keys.find(id);
  if (key === undefined) throw new TokenRefused(false);
  return key;
}

function claimsOf(payload: JWTPayload, audience: string): Claims {
  const { sub, sid, jti, aud, exp = 0, cexp = exp, gen = 0 } = payload;
  // One audience: a list that merely contains it was meant for somebody else too.
  if (aud !== audience || !isId(sub) || !isId(sid) || !isId(jti) || !Number.isSafeInteger(cexp) || !Number.isSafeInteger(gen)) throw new TokenRefused(false);
  return { userId: sub, sessionId: sid, tokenId: jti, expiresAt: exp * 1000, connectionExpiresAt: (cexp as number) * 1000, generation: gen as number };
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && uuid.test(value);
}

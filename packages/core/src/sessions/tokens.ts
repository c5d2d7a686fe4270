import type { Clock } from '@confab/runtime';
import { errors, jwtVerify, SignJWT, type JWTPayload } from 'jose';
import { v7 as uuidv7 } from 'uuid';

import type { KeyRing } from './key-ring.ts';
import { createMacTokens } from './mac-token.ts';

const issuer = 'confab';
const algorithm = 'EdDSA';
/** How far the clocks of two machines may be apart. */
const clockToleranceSeconds = 5;
const longest = 2048;
/** Of a ticket, no fewer and no more. */
const ticketClaims = 'aud,cexp,exp,iat,iss,jti,sid,sub';
/** Whoever sends often sends the same token: its signature need not be checked each time. */
const mostBelieved = 10_000;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Type, audience and key differ, so that neither can pass for the other. Anybody can check an access token; tickets pass between API and gateway. */
export const tokenKinds = {
  access: { type: 'at+jwt', audience: 'confab-api', lifetimeSeconds: 900 },
  ticket: { type: 'ticket+jwt', audience: 'confab-gateway', lifetimeSeconds: 30 },
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
  const tickets = createMacTokens({ secret, use: 'gateway tickets', type: tokenKinds.ticket.type });
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

  async function verifySigned(token: string): Promise<Claims> {
    const { type, audience, lifetimeSeconds } = tokenKinds.access;
    const known = await remembered(token);
    if (known !== undefined) return known;
    try {
      let key: object = {};
      const { payload, protectedHeader } = await jwtVerify(token, async ({ kid }) => (key = await trustedKey(keys, kid)), {
        algorithms: [algorithm],
        typ: type,
        issuer,
        audience,
        requiredClaims: ['iss', 'aud', 'sub', 'sid', 'jti', 'iat', 'exp', 'gen'],
        maxTokenAge: lifetimeSeconds,
        clockTolerance: clockToleranceSeconds,
        currentDate: new Date(clock.now()),
      });
      // Ours have algorithm, type and key id. Whatever else a header asks for, we never meant it.
      if (Object.keys(protectedHeader).length !== 3) throw new TokenRefused(false);
      const claims = claimsOf(payload, audience);
      const issuedAt = (payload.iat ?? 0) * 1000;
      remember(token, { claims, from: issuedAt - clockToleranceSeconds * 1000, until: Math.min(claims.expiresAt, issuedAt + lifetimeSeconds * 1000), keyId: protectedHeader.kid ?? '', key });
      return claims;
    } catch (error) {
      if (error instanceof errors.JOSEError) throw new TokenRefused(error instanceof errors.JWTExpired, error);
      throw error;
    }
  }

  function verifyTicket(token: string): Claims {
    const { audience, lifetimeSeconds } = tokenKinds.ticket;
    const payload = tickets.read(token);
    if (payload === undefined || Object.keys(payload).toSorted().join() !== ticketClaims) throw new TokenRefused(false);
    const { iss, iat, exp } = payload;
    if (iss !== issuer || !isTime(iat) || !isTime(exp)) throw new TokenRefused(false);
    const now = clock.now() / 1000;
    if (iat > now + clockToleranceSeconds) throw new TokenRefused(false);
    if (Math.min(exp, iat + lifetimeSeconds) <= now - clockToleranceSeconds) throw new TokenRefused(true);
    return claimsOf(payload, audience);
  }

  return {
    async issue(kind, { userId, sessionId, generation, connectionExpiresAt }) {
      const { type, audience, lifetimeSeconds } = tokenKinds[kind];
      const iat = Math.floor(clock.now() / 1000);
      const claims = { iss: issuer, aud: audience, sub: userId, sid: sessionId, jti: uuidv7(), iat, exp: iat + lifetimeSeconds };
      if (kind === 'ticket') return tickets.make({ ...claims, cexp: Math.floor((connectionExpiresAt ?? 0) / 1000) });
      const { id, privateKey } = await keys.signer();
      return new SignJWT({ ...claims, gen: generation }).setProtectedHeader({ alg: algorithm, typ: type, kid: id }).sign(privateKey);
    },

    async verify(kind, token) {
      if (token.length > longest) throw new TokenRefused(false);
      return kind === 'access' ? verifySigned(token) : verifyTicket(token);
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

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && uuid.test(value);
}

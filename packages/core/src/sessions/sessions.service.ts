import type { Schemas } from '@confab/contract';

import type { Actor } from '../actor.ts';

/** Where a sign-in came from, as the list of sessions shows it. */
export interface Device {
  readonly userAgent: string;
  readonly address: string;
}

/** Public signing keys (RFC 7517), newest first. */
export interface JwkSet {
  readonly keys: readonly Record<string, unknown>[];
}

export interface Sessions {
  register(body: Schemas['RegisterRequest'], device: Device): Promise<Schemas['AuthSession']>;
  signIn(body: Schemas['SignInRequest'], device: Device): Promise<Schemas['AuthSession']>;
  refresh(refreshToken: string): Promise<Schemas['AuthSession']>;
  /** Throws token.invalid, token.expired or session.ended. */
  authenticate(accessToken: string): Promise<Actor>;
  end(actor: Actor): Promise<void>;
  jwks(): Promise<JwkSet>;
  /** Deletes sessions that ended or expired a month ago, at most `limit`; answers how many. */
  deleteOld(limit: number): Promise<number>;
}

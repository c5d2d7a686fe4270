import type { Schemas } from '@confab/contract';
import type { Session } from './session.ts';

export interface AuthSignals {
  'signed-in': { user: Schemas['CurrentUser'] };
  /** `requested`: by `signOut`; `ended`: the server does not know the session any more. */
  'signed-out': { reason: 'requested' | 'ended' };
  /** A new access token. */
  refreshed: { session: Session };
}

export interface Auth {
  /** Who is signed in, as far as this client knows. */
  readonly user: Schemas['CurrentUser'] | undefined;
  readonly session: Session | undefined;
  register(input: Schemas['RegisterRequest']): Promise<Schemas['CurrentUser']>;
  signIn(input: Schemas['SignInRequest']): Promise<Schemas['CurrentUser']>;
  /** Ends the session here at once, and on the server; rejects with NetworkError where the server could not be told. */
  signOut(): Promise<void>;
  /** Takes up the stored session; undefined if there is none, or it has ended. Works without a network: a stored session is believed until the server denies it. */
  restore(): Promise<Schemas['CurrentUser'] | undefined>;
  /** Fetches a new access token now; single-flight. */
  refresh(): Promise<void>;
  on<K extends keyof AuthSignals>(type: K, handler: (event: AuthSignals[K]) => void): () => void;
}

import type { Schemas } from '@confab/contract';

/** A sign-in, as it is kept between starts. */
export interface Session {
  user: Schemas['CurrentUser'];
  sessionId: string;
  refreshToken: string;
  accessToken: string;
  /** When the access token stops working: milliseconds since 1970 on this machine's clock. */
  expiresAt: number;
}

/** Keeps one session. Several tabs may share one: the SDK reads it again before it uses the refresh token. */
export interface SessionStore {
  get(): Session | undefined | Promise<Session | undefined>;
  set(session: Session): void | Promise<void>;
  clear(): void | Promise<void>;
}

export function createMemorySession(): SessionStore {
  let kept: Session | undefined;
  return {
    get: () => kept,
    set: (session) => void (kept = session),
    clear: () => void (kept = undefined),
  };
}

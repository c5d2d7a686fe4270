import type { Schemas } from '@confab/contract';
import type { Logger } from './options.ts';

/** A sign-in, as it is kept between starts. */
export interface Session {
  user: Schemas['CurrentUser'];
  sessionId: string;
  /** Absent where it is in a cookie. */
  refreshToken?: string;
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

/** A store that fails (a full quota, a private window) costs the session its life beyond this process, nothing more. */
export function guardSession(store: SessionStore, logger: Logger): SessionStore {
  const guarded = async <T>(work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      logger.error('the session store failed', { error });
      return undefined;
    }
  };
  return {
    get: () => guarded(() => store.get()),
    set: (session) => guarded(() => store.set(session)),
    clear: () => guarded(() => store.clear()),
  };
}

import type { Session, SessionStore } from '@confab/sdk';
import { localStore } from '../local-store.ts';

const key = 'confab.signed-in';
const keyOfTokens = 'confab.session';

/** Who is signed in, and in which session. The refresh token is in a cookie that no script reads, the access token in this page's memory. */
type Trace = Pick<Session, 'user' | 'sessionId'>;

const readTrace = () => localStore.read(key) as Trace | undefined;

/** Whether a session was begun in this browser and, as far as it knows, has not ended. */
export const mayHaveSession = (): boolean => readTrace() !== undefined;

/** Tabs share the trace; what it leads to each of them fetches by the cookie. */
export function createBrowserSession(): SessionStore {
  // Earlier versions kept tokens there.
  localStore.write(keyOfTokens, undefined);
  let mine: Session | undefined;
  return {
    get() {
      const trace = readTrace();
      if (!trace) return undefined;
      return mine?.sessionId === trace.sessionId ? mine : { ...trace, accessToken: '', expiresAt: 0 };
    },
    set(session) {
      mine = session;
      const { sessionId, user } = session;
      localStore.write(key, { sessionId, user: { ...user, email: null } });
    },
    clear() {
      mine = undefined;
      localStore.write(key, undefined);
    },
  };
}

/** Tells what other tabs did: `sessionId` is the session that they began, undefined when they ended theirs. */
export function onSessionElsewhere(handler: (sessionId: string | undefined) => void): () => void {
  const onStorage = (event: StorageEvent) => {
    // Without a key everything was cleared.
    if (event.key === key || event.key === null) handler(readTrace()?.sessionId);
  };
  window.addEventListener('storage', onStorage);
  return () => window.removeEventListener('storage', onStorage);
}

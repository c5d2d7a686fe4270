import type { Session, SessionStore } from '@confab/sdk';
import { localStore } from '../local-store.ts';

const key = 'confab.session';

/** Where the browser keeps the session. The only file that knows: what else runs on this origin can read localStorage, so this is for now. */
export function createBrowserSession(): SessionStore {
  return {
    get: () => localStore.read(key) as Session | undefined,
    set: (session) => localStore.write(key, session),
    clear: () => localStore.write(key, undefined),
  };
}

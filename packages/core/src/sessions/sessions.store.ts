import type { Redis } from '@confab/redis';
import type { Logger } from '@confab/runtime';

import { tokenKinds } from './tokens.ts';

export type Liveness = 'live' | 'ended';

const liveSeconds = 60;
/** Until no access token of it can be valid, and a minute for clocks that differ. */
const endedSeconds = tokenKinds.access.lifetimeSeconds + 60;

/** What Redis remembers of a session. It may forget; it never invents. Nothing here throws: away means unknown. */
export interface SessionStore {
  find(sessionId: string): Promise<Liveness | 'unknown' | 'away'>;
  /** Never over what is there: an end that came in the meantime must stay. */
  putBack(sessionId: string, liveness: Liveness): Promise<void>;
  markEnded(sessionId: string): Promise<void>;
}

export function createSessionStore({ redis, logger }: { redis: Redis; logger: Logger }): SessionStore {
  const ask = redis.guard('sessions');
  const key = (sessionId: string) => `session:${sessionId}`;
  const secondsOf = (liveness: Liveness) => (liveness === 'live' ? liveSeconds : endedSeconds);

  return {
    async find(sessionId) {
      try {
        const value = await ask(() => redis.client.get(key(sessionId)));
        return value === 'live' || value === 'ended' ? value : 'unknown';
      } catch {
        return 'away';
      }
    },
    async putBack(sessionId, liveness) {
      try {
        await ask(() => redis.client.set(key(sessionId), liveness, { condition: 'NX', expiration: { type: 'EX', value: secondsOf(liveness) } }));
      } catch {
        // The next request asks the database again.
      }
    },
    async markEnded(sessionId) {
      try {
        await ask(() => redis.client.set(key(sessionId), 'ended', { expiration: { type: 'EX', value: endedSeconds } }));
      } catch (error) {
        logger.warn({ err: error, sessionId }, 'redis was not told that a session ended');
      }
    },
  };
}

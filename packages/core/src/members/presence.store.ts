import type { Schemas } from '@confab/contract';
import type { Redis } from '@confab/redis';
import { tagOf } from '@confab/stream';

export interface Presence {
  readonly state: Schemas['PresenceState'];
  /** Rises with each change of this user's. */
  readonly version: number;
}

/** What gateways keep there: `state` and `version` in a hash, which ends by itself when nobody keeps it. With the tag of the user's stream. */
export function presenceKey(userId: string): string {
  return `${tagOf(`user:${userId}`)}:presence:${userId}`;
}

export interface PresenceStore {
  /** Of each of them; undefined when Redis does not say: then it is not known. */
  read(userIds: readonly string[]): Promise<Map<string, Presence> | undefined>;
}

export function createPresenceStore({ redis }: { redis: Redis }): PresenceStore {
  const ask = redis.guard('cache');

  async function readOne(userId: string): Promise<readonly [string, Presence]> {
    const [state, version] = await redis.client.hmGet(presenceKey(userId), ['state', 'version']);
    return [userId, { state: (state ?? 'offline') as Presence['state'], version: Number(version ?? 0) }];
  }

  return {
    async read(userIds) {
      try {
        return new Map(await ask(() => Promise.all(userIds.map(readOne))));
      } catch {
        return undefined;
      }
    },
  };
}

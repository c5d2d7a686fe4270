import { createCaches, type CachesOptions } from '@confab/redis';
import type { Database } from '@confab/db';
import type { Streams } from '@confab/stream';

import { createStandingCache, type StandingCache } from './members/standings.store.ts';
import { createNewestCache, type NewestCache } from './messages/newest.store.ts';
import { createRoomCache, type RoomCache } from './rooms/rooms.store.ts';
import { createUserCache, type UserCache } from './users/users.store.ts';

/** All that is cached of the domain; what each holds, and for how long, stands with its subject. */
export interface DomainCaches {
  readonly users: UserCache;
  readonly rooms: RoomCache;
  readonly standings: StandingCache;
  readonly newest: NewestCache;
  watch(): () => Promise<void>;
}

export function createDomainCaches({ database, streams, ...options }: Omit<CachesOptions, 'epoch'> & { database: Database; streams: Streams }): DomainCaches {
  const caches = createCaches({ ...options, epoch: database.epoch });
  return {
    users: createUserCache({ caches, database }),
    rooms: createRoomCache({ caches, database }),
    standings: createStandingCache({ caches, database }),
    newest: createNewestCache({ caches, database, streams }),
    watch: caches.watch,
  };
}

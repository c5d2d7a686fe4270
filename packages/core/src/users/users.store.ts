import type { Schemas } from '@confab/contract';
import type { Database } from '@confab/db';
import type { Caches, Version } from '@confab/redis';

import { readCached } from '../cached.store.ts';
import { presentCurrentUser } from './users.presenter.ts';
import { findUser, listUserVersions } from './users.repository.ts';

/** Profiles, as their owners see them. */
export interface UserCache {
  find(userId: string): Promise<Schemas['CurrentUser'] | undefined>;
}

export function createUserCache({ caches, database }: { caches: Caches; database: Database }): UserCache {
  const cache = caches.open<Schemas['CurrentUser']>({
    name: 'users',
    schemaVersion: 1,
    ttlMs: 5 * 60_000,
    negativeTtlMs: 5_000,
    look: async (ids) => new Map((await listUserVersions(database.primary, ids)).map((row) => [row.id, versionOf(row)])),
  });
  return {
    async find(userId) {
      return readCached(cache, database, userId, async (db) => {
        const row = await findUser(db, userId);
        return row && { ...versionOf(row), value: presentCurrentUser(row) };
      });
    },
  };
}

/** Nobody is told of a profile by number. */
function versionOf({ updated_at }: { readonly updated_at: Date }): Version {
  return { version: updated_at.toISOString(), seq: 0 };
}

import type { Database } from '@confab/db';
import type { Caches } from '@confab/redis';

import type { Standing } from '../rooms/rooms.policy.ts';
import { findStanding } from '../rooms/rooms.repository.ts';
import { readCached } from '../cached.store.ts';
import { listStandings } from './members.repository.ts';

/**
 * What members are in their rooms. Only of those who are members: who has just come in finds the door open. Who was put
 * out is refused at once; if the invalidation is lost, within a second. Nothing is decided by it but what may be read.
 */
export interface StandingCache {
  /** Undefined: no member, or no such room. */
  find(roomId: string, userId: string): Promise<Standing | undefined>;
  /** After each commit that brings somebody in, puts him out or gives him another role. */
  invalidate(roomId: string, userIds: readonly string[]): Promise<void>;
}

export function createStandingCache({ caches, database }: { caches: Caches; database: Database }): StandingCache {
  const keyOf = (roomId: string, userId: string) => `${roomId} ${userId}`;
  const cache = caches.open<Standing>({
    name: 'standings',
    schemaVersion: 1,
    ttlMs: 5 * 60_000,
    negativeTtlMs: 0,
    async look(keys) {
      const pairs = keys.map((key) => key.split(' ') as [string, string]);
      const rows = await listStandings(database.primary, pairs);
      return new Map(rows.map((row) => [keyOf(row.room_id, row.user_id), { version: versionOf(row), seq: 0 }]));
    },
  });
  return {
    async find(roomId, userId) {
      return readCached(cache, database, keyOf(roomId, userId), async (db) => {
        const standing = await findStanding(db, roomId, userId);
        if (standing === undefined || standing.role === null) return undefined;
        const { kind, role } = standing;
        return { version: versionOf(standing), seq: 0, value: { kind, role } };
      });
    },
    async invalidate(roomId, userIds) {
      await cache.invalidate(userIds.map((userId) => keyOf(roomId, userId)));
    },
  };
}

/** All that a standing is. */
function versionOf({ kind, role }: Standing): string {
  return `${kind} ${role}`;
}

import type { Schemas } from '@confab/contract';
import type { Database, Db } from '@confab/db';
import type { Caches, Version } from '@confab/redis';

import { readCached } from '../cached.store.ts';
import { presentRoomFacts } from './rooms.presenter.ts';
import { findRoomFacts, listRoomVersions, type RoomVersionRow } from './rooms.repository.ts';

/** What a room is to everybody, without what every event in it moves. */
export type RoomFacts = Omit<Schemas['Room'], 'head' | 'my'>;

export interface RoomCache {
  /** Never older than what the reader was told of. */
  find(roomId: string): Promise<RoomFacts | undefined>;
  /** After each commit that changes the room, or how many are in it. */
  invalidate(roomId: string): Promise<void>;
}

export function createRoomCache({ caches, database }: { caches: Caches; database: Database }): RoomCache {
  const cache = caches.open<RoomFacts>({
    name: 'rooms',
    schemaVersion: 1,
    ttlMs: 10 * 60_000,
    negativeTtlMs: 5_000,
    look: async (ids) => new Map((await listRoomVersions(database.primary, ids)).map((row) => [row.id, versionOf(row)])),
  });
  return {
    async find(roomId) {
      const find = async (db: Db) => {
        const row = await findRoomFacts(db, roomId);
        return row && { ...versionOf(row), value: presentRoomFacts(row) };
      };
      return readCached(cache, database, roomId, find, `room:${roomId}`);
    },
    async invalidate(roomId) {
      await cache.invalidate([roomId]);
    },
  };
}

function versionOf({ updated_seq, member_count, head }: RoomVersionRow): Version {
  return { version: `${updated_seq} ${member_count}`, seq: head };
}

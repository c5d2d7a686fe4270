import type { Schemas, StreamId } from '@confab/contract';
import type { Database, Db } from '@confab/db';
import type { Caches } from '@confab/redis';
import type { Streams } from '@confab/stream';

import { readCached } from '../cached.store.ts';
import { presentPage, windowOf } from './history.ts';
import { listNewestRoots } from './messages.repository.ts';

/** How many of the newest root messages are kept. */
export const newestKept = 50;

/** The first page of each room's history, as it is for everybody in it. What differs per reader is not in it. */
export interface NewestCache {
  /** Never older than what the reader was told of. */
  get(roomId: string, limit: number): Promise<Schemas['MessagePage']>;
  /** After each commit that changes what such a page shows, and before anybody is told of it. */
  invalidate(roomIds: readonly string[]): Promise<void>;
}

export function createNewestCache({ caches, database, streams }: { caches: Caches; database: Database; streams: Streams }): NewestCache {
  const cache = caches.open<Schemas['MessagePage']>({
    name: 'newest',
    schemaVersion: 1,
    ttlMs: 2 * 60_000,
    negativeTtlMs: 0,
    /** No message changes without an event in its room. */
    async look(roomIds) {
      const heads = await streams.heads(roomIds.map((roomId): StreamId => `room:${roomId}`));
      return new Map([...heads].map(([stream, head]) => [stream.slice('room:'.length), { version: String(head), seq: head }]));
    },
  });

  async function find(db: Db, roomId: string) {
    const window = windowOf('newest', 0, newestKept);
    const { head, rows } = await listNewestRoots(db, roomId, newestKept + 1);
    return { version: String(head), seq: head, value: presentPage(rows, window) };
  }

  return {
    async get(roomId, limit) {
      const cached = await readCached(cache, database, roomId, (db) => find(db, roomId), `room:${roomId}`);
      const page = cached ?? { items: [], hasMoreBefore: false, hasMoreAfter: false };
      const items = page.items.slice(-limit);
      return { ...page, items, hasMoreBefore: page.hasMoreBefore || items.length < page.items.length };
    },
    async invalidate(roomIds) {
      await cache.invalidate(roomIds);
    },
  };
}

import type { StreamId } from '@confab/contract';
import type { Database, Db } from '@confab/db';
import { currentContext } from '@confab/runtime';

/** The number of the stream that who asks has seen: nothing older will do. */
export function seenOf(stream: StreamId): number {
  return currentContext()?.freshness?.seen?.get(stream) ?? 0;
}

/** Nobody can say what who asks has written: only the primary will do, and no cache. */
export function mustAskPrimary(): boolean {
  return currentContext()?.freshness?.onPrimary ?? false;
}

/** For what fills a cache from the primary, and serves this reader alone from wherever it may be read. */
export function loading<T>(database: Database, find: (db: Db) => Promise<T>): (from: 'primary' | 'anywhere') => Promise<T> {
  return (from) => (from === 'primary' ? find(database.primary) : database.read(find));
}

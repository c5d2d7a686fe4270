import type { StreamId } from '@confab/contract';
import type { Database, Db } from '@confab/db';
import type { Cache, Load, Loaded } from '@confab/redis';
import { currentContext } from '@confab/runtime';

/**
 * What a key stands for, from the cache as far as the reader may have it from there: not where nobody can say what he has
 * written, and not older than what he has seen of the `stream`. The primary fills it; what is for him alone may come from anywhere.
 */
export async function readCached<T>(cache: Cache<T>, database: Database, key: string, find: (db: Db) => Promise<Loaded<T> | undefined>, stream?: StreamId): Promise<T | undefined> {
  const { onPrimary = false, seen } = currentContext()?.freshness ?? {};
  if (onPrimary) return (await find(database.primary))?.value;
  const load: Load<T> = (from) => (from === 'primary' ? find(database.primary) : database.read(find));
  return cache.get(key, load, { atLeast: stream === undefined ? 0 : (seen?.get(stream) ?? 0) });
}

import type { Logger, Metrics } from '@confab/runtime';
import { createCache, type Cache, type CacheOptions } from './cache.ts';
import { processTime } from './cache-time.ts';
import type { Redis } from './redis.ts';

export type CachesOptions = {
  /** One that does not queue. */
  redis: Redis;
  epoch: () => Promise<string>;
  logger: Logger;
  metrics?: Metrics | undefined;
  /** False: everything is read where it is true, from whichever server may answer. */
  isOn?: boolean;
};

export type Caches = {
  open<T>(options: Pick<CacheOptions, 'name' | 'schemaVersion' | 'ttlMs' | 'negativeTtlMs' | 'look'>): Cache<T>;
  /** Keeps what is known of the keys in use fresh, so that a hit asks the database nothing. Without it a hit asks once a second. */
  watch(): () => Promise<void>;
};

/** Short of the second for which an answer counts, by the time that the next one takes. */
const everyMs = 700;

export function createCaches({ redis, epoch, logger, metrics, isOn = true }: CachesOptions): Caches {
  const events = metrics?.counter({
    name: 'confab_cache_events_total',
    help: 'Reads of each cache by what they met (hit, miss, stale: passed over because the truth or the reader was further, error: no Redis), and keys invalidated.',
    labelNames: ['cache', 'outcome'],
  });
  const opened: Cache<unknown>[] = [];

  async function refresh(cache: Cache<unknown>): Promise<void> {
    await cache.refresh().catch((error: unknown) => logger.warn({ err: error }, 'nobody can say whether what is cached is current'));
  }

  return {
    open<T>(options: Parameters<Caches['open']>[0]) {
      const cache = createCache<T>({ ...options, redis, epoch, time: processTime, count: (outcome) => events?.inc({ cache: options.name, outcome }) });
      opened.push(cache as Cache<unknown>);
      // What others keep is invalidated all the same.
      return isOn ? cache : { ...cache, get: async (_key, load) => (await load('anywhere'))?.value };
    },
    watch() {
      let turn: Promise<unknown> | undefined;
      const timer = setInterval(() => {
        turn ??= Promise.all(opened.map(refresh)).finally(() => (turn = undefined));
      }, everyMs);
      return async () => {
        clearInterval(timer);
        await turn;
      };
    },
  };
}

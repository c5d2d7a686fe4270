import { createEntries, type EntriesOptions, type Entry } from './cache-entries.ts';
import type { CacheTime } from './cache-time.ts';
import { createVersions, nothingThere, recentMs, type Look } from './cache-versions.ts';
import { createTurns } from './turns.ts';

export type CacheOutcome = 'hit' | 'miss' | 'stale' | 'invalidate' | 'error';

/** What a load found, and of which version it is at least. */
export type Loaded<T> = Entry<T> & { readonly value: T };

/** `primary`: what comes is put away for everybody. `anywhere`: it is for this reader alone. */
export type Load<T> = (from: 'primary' | 'anywhere') => Promise<Loaded<T> | undefined>;

export type Cache<T> = {
  /**
   * Cache-aside. Undefined if the truth has nothing there. Throws nothing but what `load` throws. `atLeast`: the reader
   * has seen this number, so nothing older will do.
   */
  get(key: string, load: Load<T>, need?: { atLeast?: number }): Promise<T | undefined>;
  /**
   * After the commit, and to be awaited before the writer is answered. True: nobody who asks from now on gets what was
   * there before. False: Redis did not answer; this process sees the change at once, and every other within a second.
   */
  invalidate(keys: readonly string[]): Promise<boolean>;
  /** Asks for the versions of all that is being read here. */
  refresh(): Promise<void>;
};

export type CacheOptions = EntriesOptions & {
  /** From the primary, in one statement. */
  look: Look;
  count: (outcome: CacheOutcome) => void;
  time: CacheTime;
};

/** How long somebody waits for what another process is loading, before he loads it himself. */
const waitMs = 250;
const pollMs = 25;

type Way<T> = { readonly outcome: CacheOutcome } & (
  | { readonly kind: 'hit'; readonly value: T | undefined }
  | { readonly kind: 'lead'; readonly token: string }
  | { readonly kind: 'join'; readonly flight: Promise<Entry<T>> }
  | { readonly kind: 'alone' }
);

export function createCache<T>(options: CacheOptions): Cache<T> {
  const { look, count, time } = options;
  const entries = createEntries<T>(options);
  const versions = createVersions({ look, time });
  /** By token. As long as the token stands nothing has been invalidated since the load began; what is lost counts after a second. */
  const flights = new Map<string, { begunAt: number; entry: Promise<Entry<T>> }>();
  const inTurn = createTurns<T | undefined>();

  async function isCurrent(key: string, entry: Entry<T>, atLeast: number): Promise<boolean> {
    const known = versions.recent(key);
    if (known?.version === entry.version && Math.max(known.seq, entry.seq) >= atLeast) return true;
    return (await versions.ask(key)).version === entry.version;
  }

  async function findWay(key: string, atLeast: number): Promise<Way<T>> {
    const until = time.now() + waitMs;
    let passOver: string | undefined;
    let outcome: CacheOutcome = 'miss';
    for (;;) {
      const found = await entries.find(key, passOver);
      if (found.state === 'filled') {
        if (await isCurrent(key, found.entry, atLeast)) return { outcome: 'hit', kind: 'hit', value: found.entry.value };
        outcome = 'stale';
        if (passOver !== undefined) return { outcome, kind: 'alone' };
        passOver = found.entry.version;
        continue;
      }
      if (found.state === 'granted') return { outcome, kind: 'lead', token: found.token };
      const flight = flights.get(found.token);
      if (flight !== undefined && time.now() - flight.begunAt < recentMs) return { outcome, kind: 'join', flight: flight.entry };
      if (flight !== undefined || time.now() >= until) return { outcome, kind: 'alone' };
      await time.wait(pollMs);
    }
  }

  async function loadFromPrimary(key: string, load: Load<T>): Promise<Entry<T>> {
    const looked = versions.begin(key);
    const entry = (await load('primary')) ?? { ...nothingThere, value: undefined };
    versions.learn(key, entry, looked);
    return entry;
  }

  async function fly(key: string, token: string, load: Load<T>): Promise<Entry<T>> {
    let entry: Entry<T> | undefined;
    try {
      entry = await loadFromPrimary(key, load);
      return entry;
    } finally {
      // Nobody waits for it: whoever asks next asks behind it, on the same connection.
      entries.fill(key, token, entry).catch(() => count('error'));
      flights.delete(token);
    }
  }

  function lead(key: string, token: string, load: Load<T>): Promise<Entry<T>> {
    const entry = fly(key, token, load);
    flights.set(token, { begunAt: time.now(), entry });
    return entry;
  }

  return {
    async get(key, load, { atLeast = 0 } = {}) {
      const way = await findWay(key, atLeast).catch((): Way<T> => ({ outcome: 'error', kind: 'alone' }));
      count(way.outcome);
      try {
        if (way.kind === 'hit') return way.value;
        if (way.kind === 'lead') return (await lead(key, way.token, load)).value;
        if (way.kind === 'join') {
          const entry = await way.flight;
          // He may have been told of a write before its invalidation has come through.
          if (entry.seq >= atLeast) return entry.value;
        }
        return await inTurn(key, async () => (await loadFromPrimary(key, load)).value);
      } catch {
        // Without a primary a replica may still know.
        return (await load('anywhere'))?.value;
      }
    },

    async invalidate(keys) {
      for (const key of keys) versions.forget(key);
      try {
        await entries.remove(keys);
        for (const _ of keys) count('invalidate');
        return true;
      } catch {
        count('error');
        return false;
      }
    },

    refresh: versions.refresh,
  };
}

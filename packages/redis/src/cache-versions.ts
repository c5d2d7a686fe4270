import type { Version } from './cache-entries.ts';
import type { CacheTime } from './cache-time.ts';
import { within } from './within.ts';

/** What the truth says of each key, all of one moment. A key that is absent does not exist. */
export type Look = (keys: readonly string[]) => Promise<ReadonlyMap<string, Version>>;

/** Which look a version comes from: later ones have larger numbers. */
export type LookedAt = { readonly order: number; readonly at: number };

/** What this process knows of the versions of the keys that are read here. */
export type Versions = {
  /** What was asked less than a second ago. */
  recent(key: string): Version | undefined;
  /** Asks now; those who ask while a look is under way share the next one. Rejects when nobody answers. */
  ask(key: string): Promise<Version>;
  /** To be called before the key is read from the truth elsewhere, whose answer is then told to `learn`. */
  begin(key: string): LookedAt;
  learn(key: string, version: Version, looked: LookedAt): void;
  /** Something was written: what was asked before counts no more, nor what was asked before and comes in later. */
  forget(key: string): void;
  /** One look for all keys in use. */
  refresh(): Promise<void>;
};

/** For so long an answer counts, hence everybody sees a change in this time whatever becomes of its invalidation. */
export const recentMs = 1_000;
/** A key that nobody has read for so long is looked at no more. */
const usedMs = 60_000;
const mostKeys = 5_000;
/** A database that takes longer is better asked for the thing itself. */
const patienceMs = 1_000;

export const nothingThere: Version = Object.freeze({ version: 'none', seq: 0 });

type Watched = { order: number; usedAt: number; known?: Version & { at: number } };
type Round = { keys: Set<string>; answer: PromiseWithResolvers<ReadonlyMap<string, Version>> };

export function createVersions({ look, time }: { look: Look; time: CacheTime }): Versions {
  const watched = new Map<string, Watched>();
  let order = 0;
  let next: Round | undefined;
  let isLooking = false;

  /** In the order of their last use, so that the first is the one to be forgotten. */
  function use(key: string): Watched {
    const entry = watched.get(key) ?? { order: (order += 1), usedAt: 0 };
    entry.usedAt = time.now();
    watched.delete(key);
    watched.set(key, entry);
    for (const oldest of watched.keys()) {
      if (watched.size <= mostKeys) break;
      watched.delete(oldest);
    }
    return entry;
  }

  const begin = (): LookedAt => ({ order: (order += 1), at: time.now() });

  function learn(key: string, version: Version, { order: asked, at }: LookedAt): void {
    const entry = watched.get(key);
    if (entry === undefined || entry.order > asked) return;
    entry.order = asked;
    entry.known = { version: version.version, seq: version.seq, at };
  }

  function ask(key: string): Promise<Version> {
    next ??= { keys: new Set(), answer: Promise.withResolvers() };
    next.keys.add(key);
    const { promise } = next.answer;
    if (!isLooking) void lookOn();
    return promise.then((found) => found.get(key) ?? nothingThere);
  }

  async function lookOn(): Promise<void> {
    isLooking = true;
    for (let round = next; round !== undefined; round = next) {
      next = undefined;
      const looked = begin();
      try {
        const found = await within(look([...round.keys]), patienceMs);
        for (const key of round.keys) learn(key, found.get(key) ?? nothingThere, looked);
        round.answer.resolve(found);
      } catch (error) {
        round.answer.reject(error);
      }
    }
    isLooking = false;
  }

  return {
    recent(key) {
      const { known } = use(key);
      return known !== undefined && time.now() - known.at < recentMs ? known : undefined;
    },
    ask(key) {
      use(key);
      return ask(key);
    },
    begin(key) {
      use(key);
      return begin();
    },
    learn,
    forget(key) {
      const entry = watched.get(key);
      if (entry === undefined) return;
      entry.order = order += 1;
      delete entry.known;
    },
    async refresh() {
      const usedAfter = time.now() - usedMs;
      for (const [key, { usedAt }] of watched) if (usedAt < usedAfter) watched.delete(key);
      await Promise.all([...watched.keys()].map(ask));
    },
  };
}

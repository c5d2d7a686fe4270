export type WaitedFor = 'database' | 'redis';
export type Split = { readonly databaseMs: number; readonly redisMs: number; readonly otherMs: number };

/** How long one request waited, by the clock: what was waited for at the same time counts once, and a moment with both is the database's. */
export type Waits = {
  /** Something that has just ended. */
  ended(what: WaitedFor, durationMs: number): void;
  /** Its three parts add up to the duration. */
  split(durationMs: number): Split;
};

type Stretch = { from: number; to: number };

export function createWaits(now: () => number = () => performance.now()): Waits {
  const database = createUnion();
  const either = createUnion();
  return {
    ended(what, durationMs) {
      const to = now();
      if (what === 'database') database.add(to - durationMs, to);
      either.add(to - durationMs, to);
    },
    split(durationMs) {
      // What has been waited for since before the request (a cache's shared load) is not longer than it.
      const waited = Math.min(either.total(), durationMs);
      const databaseMs = Math.min(database.total(), waited);
      return { databaseMs, redisMs: waited - databaseMs, otherMs: durationMs - waited };
    },
  };
}

/** A job may wait a hundred thousand times. */
const mostStretches = 64;

/** Stretches come in the order of their ends, so only the last ones can overlap with the next. */
function createUnion(): { add(from: number, to: number): void; total(): number } {
  const stretches: Stretch[] = [];
  let folded = 0;
  return {
    add(from, to) {
      let first = from;
      for (let last = stretches.at(-1); last !== undefined && last.to >= first; last = stretches.at(-1)) {
        first = Math.min(first, last.from);
        stretches.pop();
      }
      stretches.push({ from: first, to });
      const oldest = stretches.length > mostStretches ? stretches.shift() : undefined;
      if (oldest !== undefined) folded += oldest.to - oldest.from;
    },
    total: () => stretches.reduce((sum, stretch) => sum + stretch.to - stretch.from, folded),
  };
}

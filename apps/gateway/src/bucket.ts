/** A bounded rate: so many at once, and so many a second after that. */
export interface Bucket {
  /** False when it is empty. */
  take(): boolean;
}

/** So many within any stretch of that length, and not one more. */
export function createWindow({ most, perMs, now }: { most: number; perMs: number; now: () => number }): Bucket {
  /** When, the oldest first, within the stretch: who is idle holds next to nothing. */
  const taken: number[] = [];
  return {
    take() {
      const at = now();
      while (at - (taken[0] ?? at) >= perMs) taken.shift();
      if (taken.length >= most) return false;
      taken.push(at);
      return true;
    },
  };
}

export function createBucket({ burst, perSecond, now }: { burst: number; perSecond: number; now: () => number }): Bucket {
  let level = burst;
  let filledAt = now();
  return {
    take() {
      const at = now();
      level = Math.min(burst, level + ((at - filledAt) * perSecond) / 1_000);
      filledAt = at;
      if (level < 1) return false;
      level -= 1;
      return true;
    },
  };
}

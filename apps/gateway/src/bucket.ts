/** A bounded rate: so many at once, and so many a second after that. */
export interface Bucket {
  /** False when it is empty. */
  take(): boolean;
}

/** So many within any stretch of that length, and not one more. */
export function createWindow({ most, perMs, now }: { most: number; perMs: number; now: () => number }): Bucket {
  const taken = new Float64Array(most).fill(-Infinity);
  let oldest = 0;
  return {
    take() {
      const at = now();
      if (at - (taken[oldest] ?? 0) < perMs) return false;
      taken[oldest] = at;
      oldest = (oldest + 1) % most;
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

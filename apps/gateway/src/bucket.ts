/** A bounded rate: so many at once, and so many a second after that. */
export interface Bucket {
  /** False when it is empty. */
  take(): boolean;
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

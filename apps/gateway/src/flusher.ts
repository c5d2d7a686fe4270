export interface Flushable {
  flush(): void;
}

export interface Flusher {
  add(flushable: Flushable): void;
}

export interface FlusherDeps {
  /** After what is under way in this tick. */
  defer(work: () => void): void;
  now(): number;
}

const budgetMs = 5;

/** Writes all sockets that have something, at the end of the tick, and lets others at the loop when that takes long. */
export function createFlusher({ defer, now }: FlusherDeps): Flusher {
  let waiting = new Set<Flushable>();
  let isDeferred = false;

  function run(): void {
    isDeferred = false;
    const batch = waiting;
    waiting = new Set();
    const until = now() + budgetMs;
    for (const flushable of batch) {
      batch.delete(flushable);
      flushable.flush();
      if (now() >= until) break;
    }
    for (const left of batch) add(left);
  }

  function add(flushable: Flushable): void {
    waiting.add(flushable);
    if (isDeferred) return;
    isDeferred = true;
    defer(run);
  }

  return { add };
}

export interface Flushable {
  flush(): void;
}

export interface Flusher {
  add(flushable: Flushable): void;
  /** Once all that waits now is written. */
  after(work: () => void): void;
}

export interface FlusherDeps {
  /** After what is under way in this tick. */
  defer(work: () => void): void;
  now(): number;
}

const budgetMs = 5;
/** While sockets are always left over, nobody is kept waiting beyond these. */
const mostWaitingWork = 1_000;

/** Writes all sockets that have something, at the end of the tick, and lets others at the loop when that takes long. */
export function createFlusher({ defer, now }: FlusherDeps): Flusher {
  let waiting = new Set<Flushable>();
  let isDeferred = false;
  let afterwards: (() => void)[] = [];

  function run(): void {
    isDeferred = false;
    const batch = waiting;
    waiting = new Set();
    const works = afterwards;
    afterwards = [];
    const until = now() + budgetMs;
    for (const flushable of batch) {
      batch.delete(flushable);
      flushable.flush();
      if (now() >= until) break;
    }
    for (const left of batch) add(left);
    if (batch.size === 0 || works.length > mostWaitingWork) for (const work of works) work();
    else afterwards = works.concat(afterwards);
  }

  function add(flushable: Flushable): void {
    waiting.add(flushable);
    if (isDeferred) return;
    isDeferred = true;
    defer(run);
  }

  return {
    add,
    after(work) {
      if (waiting.size === 0) work();
      else afterwards.push(work);
    },
  };
}

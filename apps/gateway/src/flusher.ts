import { createJoiner } from './joiner.ts';

export interface Flushable {
  flush(): void;
}

export interface Flusher {
  /** For each frame that it has. */
  add(flushable: Flushable): void;
  /** What waits has gathered long enough. */
  hurry(): void;
  /** Several frames as one: made once for all sockets that write the same. */
  join(frames: readonly Buffer[]): Buffer;
  /** Once all that waits now is written. */
  after(work: () => void): void;
}

export interface FlusherDeps {
  /** After what is under way in this tick. */
  defer(work: () => void): void;
  later(delayMs: number, work: () => void): void;
  now(): number;
  /** How long what comes in may gather before it is written; 0: it is written at the end of the tick. `frames` and `writes`: all that have been. */
  gatherMs(frames: number, writes: number): number;
}

const budgetMs = 5;

/**
 * Writes all sockets that have something, in rounds. A round begins at the end of the tick, or when enough has gathered, and
 * lets others at the loop when it takes long; what comes in meanwhile for those whose turn was before is the next round's.
 */
export function createFlusher({ defer, later, now, gatherMs }: FlusherDeps): Flusher {
  const joiner = createJoiner();
  let round = new Set<Flushable>();
  let next = new Set<Flushable>();
  let afterRound: (() => void)[] = [];
  let afterNext: (() => void)[] = [];
  let frames = 0;
  let writes = 0;
  let isDue = false;
  let isGathering = false;

  function begin(): void {
    [round, next] = [next, round];
    [afterRound, afterNext] = [afterNext, []];
  }

  function run(): void {
    isDue = false;
    if (round.size === 0) begin();
    const until = now() + budgetMs;
    for (const flushable of round) {
      round.delete(flushable);
      writes += 1;
      flushable.flush();
      if (now() >= until) break;
    }
    joiner.forget();
    if (round.size > 0) return due();
    const works = afterRound;
    afterRound = [];
    for (const work of works) work();
    if (next.size > 0) plan();
  }

  function due(): void {
    if (isDue) return;
    isDue = true;
    defer(run);
  }

  function plan(): void {
    if (isDue || isGathering) return;
    const delayMs = gatherMs(frames, writes);
    if (delayMs === 0) return due();
    isGathering = true;
    later(delayMs, () => {
      isGathering = false;
      if (next.size > 0) due();
    });
  }

  return {
    add(flushable) {
      frames += 1;
      if (round.has(flushable)) return;
      next.add(flushable);
      if (round.size === 0) plan();
    },
    hurry() {
      if (next.size > 0) due();
    },
    join: joiner.join,
    after(work) {
      if (next.size > 0) afterNext.push(work);
      else if (round.size > 0) afterRound.push(work);
      else work();
    },
  };
}

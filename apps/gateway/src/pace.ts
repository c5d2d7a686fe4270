export interface PaceDeps {
  now(): number;
  /** How long the loop has waited for something to do, since it began. */
  idleMs(): number;
}

const windowMs = 100;
/** Of a window's time in which the loop had something to do. */
const [saturated, relieved] = [0.95, 0.6];
const gatherMs = 25;

/** Frames a write. Below it there is nothing to gather: each would only be later. */
const several = 1.2;

/**
 * How long sockets' queues may gather before they are written: not at all, until the loop has no time to spare and some writes carry several
 * frames by themselves. Such a write costs hardly more than one that carries one, and the time that is won is what was missing.
 */
export function createPace({ now, idleMs }: PaceDeps): (frames: number, writes: number) => number {
  let isGathering = false;
  let before = { at: now(), idle: idleMs(), frames: 0, writes: 0 };

  return (frames, writes) => {
    const elapsed = now() - before.at;
    if (elapsed >= windowMs) {
      const present = { at: before.at + elapsed, idle: idleMs(), frames, writes };
      const busy = 1 - (present.idle - before.idle) / elapsed;
      const isWorthIt = frames - before.frames >= several * (writes - before.writes);
      isGathering = isWorthIt && busy >= (isGathering ? relieved : saturated);
      before = present;
    }
    return isGathering ? gatherMs : 0;
  };
}

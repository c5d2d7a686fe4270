export interface PaceDeps {
  now(): number;
  /** How long the loop has waited for something to do, since it began. */
  idleMs(): number;
}

const windowMs = 100;
/** Of a window's time in which the loop had something to do. */
const [saturated, relieved] = [0.95, 0.6];
const gatherMs = 25;

/**
 * How long sockets' queues may gather before they are written: not at all, until the loop has no time to spare. Then a write
 * that carries several frames costs hardly more than one that carries one, and the time that is won is what was missing.
 */
export function createPace({ now, idleMs }: PaceDeps): () => number {
  let isSaturated = false;
  let begunAt = now();
  let idleBefore = idleMs();

  return () => {
    const elapsed = now() - begunAt;
    if (elapsed >= windowMs) {
      const idle = idleMs();
      const busy = 1 - (idle - idleBefore) / elapsed;
      isSaturated = busy >= (isSaturated ? relieved : saturated);
      begunAt += elapsed;
      idleBefore = idle;
    }
    return isSaturated ? gatherMs : 0;
  };
}

export type BackoffOptions = { baseMs: number; maxMs: number; random?: () => number };

/** Full jitter: anything from nothing to min(maxMs, baseMs * 2^attempt). Attempts count from 0. */
export function backoffMs(attempt: number, { baseMs, maxMs, random = Math.random }: BackoffOptions): number {
  return Math.round(random() * Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30)));
}

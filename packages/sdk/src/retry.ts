import { NetworkError, ProblemError } from './problem.ts';

export interface RetryRules {
  /** No try begins later than this after the first. */
  withinMs: number;
  now(): number;
  random(): number;
  /** Rejects with the signal's reason when it is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

const passing = new Set([429, 502, 503, 504]);

/** Tries until it succeeds, fails for good, or time is up; then the last failure stands. */
export async function retried<T>(work: () => Promise<T>, rules: RetryRules, signal: AbortSignal): Promise<T> {
  const deadline = rules.now() + rules.withinMs;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (failure) {
      const delayMs = retryDelayMs(failure, attempt, rules.random);
      if (delayMs === undefined || rules.now() + delayMs >= deadline) throw failure;
      await rules.wait(delayMs, signal);
    }
  }
}

/** How long to wait after the attempt of this number (from 0) failed; undefined where trying again is of no use. */
export function retryDelayMs(failure: unknown, attempt: number, random: () => number): number | undefined {
  const jitterMs = random() * Math.min(5_000, 250 * 2 ** attempt);
  if (failure instanceof NetworkError) return jitterMs;
  if (!(failure instanceof ProblemError) || !passing.has(failure.status)) return undefined;
  return jitterMs + (failure.retryAfterSeconds ?? 0) * 1_000;
}

/** Retry-After: seconds, or a date. */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1_000));
}

export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}

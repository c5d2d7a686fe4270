import { env } from './environment-fields.ts';

export type BreakerSettings = {
  /** So many in a row open a breaker. */
  readonly failures: number;
  /** So long it refuses before it tries once. */
  readonly openMs: number;
  /** What is asked only to see whether it answers must answer within this. */
  readonly probeMs: number;
  /** An answer that one can do without counts as a failure after this. */
  readonly callMs: number;
};

export const defaultBreakerSettings: BreakerSettings = Object.freeze({ failures: 5, openMs: 1_000, probeMs: 1_000, callMs: 300 });

/** To be spread into the shape of a process's configuration. */
export const breakerFields = {
  BREAKER_FAILURES: env.integer({ fallback: defaultBreakerSettings.failures, min: 1, max: 1_000 }),
  BREAKER_OPEN_MS: env.integer({ fallback: defaultBreakerSettings.openMs, min: 10, max: 300_000 }),
  BREAKER_PROBE_MS: env.integer({ fallback: defaultBreakerSettings.probeMs, min: 100, max: 60_000 }),
  BREAKER_CALL_MS: env.integer({ fallback: defaultBreakerSettings.callMs, min: 10, max: 60_000 }),
};

export function breakerSettings(config: { readonly [Name in keyof typeof breakerFields]: number }): BreakerSettings {
  return { failures: config.BREAKER_FAILURES, openMs: config.BREAKER_OPEN_MS, probeMs: config.BREAKER_PROBE_MS, callMs: config.BREAKER_CALL_MS };
}

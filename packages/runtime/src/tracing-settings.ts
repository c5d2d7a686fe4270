import { env } from './environment-fields.ts';
import type { Environment, Field } from './environment.ts';

const samplers = ['always_on', 'always_off', 'traceidratio', 'parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio'] as const;

/**
 * To be spread into the shape of a process's configuration. The standard names, as far as they decide whether and how much is
 * traced; where it goes, with what headers and in the name of which service the SDK reads from the others by itself.
 */
export const tracingFields = {
  OTEL_SDK_DISABLED: env.flag(false),
  OTEL_TRACES_EXPORTER: env.optional(env.oneOf(['otlp', 'none'])),
  OTEL_EXPORTER_OTLP_ENDPOINT: env.optional(env.url(['http:', 'https:'])),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: env.optional(env.url(['http:', 'https:'])),
  OTEL_TRACES_SAMPLER: env.oneOf(samplers, 'parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: ratio(),
  /** A request that takes longer is kept, sampled or not. */
  TRACE_SLOW_MS: env.integer({ fallback: 1_000, min: 1, max: 600_000 }),
};

export type TracingSettings = {
  readonly isOn: boolean;
  /** Of what begins here, from 0 to 1. */
  readonly ratio: number;
  readonly slowMs: number;
};

export function tracingSettings(config: Environment<typeof tracingFields>): TracingSettings {
  const exporter = config.OTEL_TRACES_EXPORTER;
  const hasPlace = (config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? config.OTEL_EXPORTER_OTLP_ENDPOINT) !== undefined;
  return {
    isOn: !config.OTEL_SDK_DISABLED && exporter !== 'none' && (exporter === 'otlp' || hasPlace),
    ratio: ratioOf(config.OTEL_TRACES_SAMPLER, config.OTEL_TRACES_SAMPLER_ARG),
    slowMs: config.TRACE_SLOW_MS,
  };
}

/** All of them are based on the parent here; what differs is what happens without one. */
function ratioOf(sampler: (typeof samplers)[number], argument: number): number {
  if (sampler.endsWith('always_on')) return 1;
  return sampler.endsWith('always_off') ? 0 : argument;
}

function ratio(): Field<number> {
  return (value = '1') => {
    if (!/^(0|1|0?\.\d+|1\.0+|0\.0*)$/.test(value)) throw new Error('must be a number from 0 to 1');
    return Number(value);
  };
}

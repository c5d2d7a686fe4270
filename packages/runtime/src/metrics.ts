import {
  collectDefaultMetrics,
  Counter,
  type CounterConfiguration,
  Gauge,
  type GaugeConfiguration,
  Histogram,
  type HistogramConfiguration,
  Registry,
} from 'prom-client';

/**
 * One registry a process; whoever counts something makes its metric here. Names begin with `confab_`, units are
 * Prometheus' (seconds, bytes). A label's values are constants of the code, never ids.
 */
export type Metrics = {
  readonly registry: Registry;
  counter<L extends string>(configuration: CounterConfiguration<L>): Counter<L>;
  gauge<L extends string>(configuration: GaugeConfiguration<L>): Gauge<L>;
  histogram<L extends string>(configuration: HistogramConfiguration<L>): Histogram<L>;
};

export type { Counter, Gauge, Histogram };

/** So that each of its series is there from the start, and the first event is a change. */
export function startAtZero<L extends string>(counter: Counter<L>, label: L, values: readonly string[]): Counter<L> {
  for (const value of values) counter.inc({ [label]: value } as Record<L, string>, 0);
  return counter;
}

/** From half a millisecond to five seconds and beyond, in steps of two and a half at most: a quantile is off by less than its half. */
export const durationBuckets: readonly number[] = Object.freeze([0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]);

/** Of Node's own: kinds that come and go with what a process does, under names that Prometheus takes for counters. */
const dropped = ['nodejs_active_handles', 'nodejs_active_handles_total', 'nodejs_active_requests', 'nodejs_active_requests_total', 'nodejs_active_resources', 'nodejs_active_resources_total'];

export function createMetrics({ process }: { process: string }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  registry.setDefaultLabels({ process });
  collectDefaultMetrics({ register: registry });
  for (const name of dropped) registry.removeSingleMetric(name);
  const collections = registry.getSingleMetric('nodejs_gc_duration_seconds');
  // A series that begins with its first event hides that event from a rate.
  if (collections instanceof Histogram) for (const kind of ['major', 'minor', 'incremental', 'weakcb']) collections.zero({ kind });
  return {
    registry,
    counter: (configuration) => new Counter({ ...configuration, registers }),
    gauge: (configuration) => new Gauge({ ...configuration, registers }),
    histogram: (configuration) => new Histogram({ ...configuration, registers }),
  };
}

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

export function createMetrics({ process }: { process: string }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  registry.setDefaultLabels({ process });
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    counter: (configuration) => new Counter({ ...configuration, registers }),
    gauge: (configuration) => new Gauge({ ...configuration, registers }),
    histogram: (configuration) => new Histogram({ ...configuration, registers }),
  };
}

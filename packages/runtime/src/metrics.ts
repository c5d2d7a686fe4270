import { collectDefaultMetrics, Registry } from 'prom-client';

/** One registry a process; whoever counts something registers it here. Names begin with confab_. */
export type Metrics = { readonly registry: Registry };

export function createMetrics({ process }: { process: string }): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ process });
  collectDefaultMetrics({ register: registry });
  return { registry };
}

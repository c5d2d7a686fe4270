import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '../stack/places.ts';

/** A row of docs/metrics.md. */
export type ListedMetric = {
  readonly name: string;
  readonly type: string;
  readonly processes: readonly string[];
  readonly labels: readonly string[];
  readonly help: string;
};

const file = join(checkout, 'docs/metrics.md');

/** Rows begin with the metric's name in backticks: | `name` | type | unit | processes | labels | what it tells | */
export function readMetricList(): ListedMetric[] {
  return readFileSync(file, 'utf8').split('\n').filter((line) => line.startsWith('| `')).map((line) => {
    const [name = '', type = '', , processes = '', labels = '', help = ''] = line.split('|').slice(1, -1).map((cell) => cell.trim());
    return {
      name: name.replaceAll('`', ''),
      type,
      processes: processes.split(', '),
      labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label),
      help,
    };
  });
}

/** The names under which Prometheus has its samples. */
export function sampleNames({ name, type }: Pick<ListedMetric, 'name' | 'type'>): string[] {
  if (type === 'histogram') return [`${name}_bucket`, `${name}_sum`, `${name}_count`];
  return type === 'summary' ? [name, `${name}_sum`, `${name}_count`] : [name];
}

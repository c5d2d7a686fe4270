/** One metric as a process exposes it. */
export type Family = {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  /** As text: name and labels, without the value. */
  readonly series: readonly string[];
  /** Without those that its type brings (`le`, `quantile`) and the process's own. */
  readonly labels: ReadonlySet<string>;
};

const brought = new Set(['le', 'quantile', 'process']);

/** Prometheus' text format, as far as prom-client writes it. */
export function parseExposition(text: string): Map<string, Family> {
  const families = new Map<string, Family & { series: string[]; labels: Set<string> }>();
  const helps = new Map<string, string>();
  let current: (Family & { series: string[]; labels: Set<string> }) | undefined;
  for (const line of text.split('\n')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind === 'HELP') helps.set(name, rest);
    else if (kind === 'TYPE') {
      current = { name, type: rest, help: helps.get(name) ?? '', series: [], labels: new Set() };
      families.set(name, current);
    } else if (line !== '' && current !== undefined) {
      const series = line.slice(0, line.lastIndexOf(' '));
      current.series.push(series);
      for (const [, label = ''] of series.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)) if (!brought.has(label)) current.labels.add(label);
    }
  }
  return families;
}

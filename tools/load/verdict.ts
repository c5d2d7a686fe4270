/** What a scenario does, and what it must reach. `p95Ms` is by `METHOD name`; `*` stands for all that is not named. */
export interface Threshold {
  readonly users: number;
  readonly spawnPerSecond: number;
  readonly seconds: number;
  readonly leastRequests: number;
  readonly p95Ms: Readonly<Record<string, number>>;
}

/** What `scenarios/confab.py` keeps of one kind of request: times of answers in milliseconds, rounded as it rounds them, to how many took so long. */
export interface Stat {
  readonly method: string;
  readonly name: string;
  readonly num_requests: number;
  readonly num_failures: number;
  readonly response_times: Readonly<Record<string, number>>;
}

export type Row = { readonly title: string; readonly requests: number; readonly failures: number; readonly p50: number; readonly p95: number; readonly limit: number };

export function rowsOf(stats: readonly Stat[], { p95Ms }: Threshold): Row[] {
  return stats.map(({ method, name, num_requests: requests, num_failures: failures, response_times: times }) => {
    const title = `${method} ${name}`;
    return { title, requests, failures, p50: percentile(times, 0.5), p95: percentile(times, 0.95), limit: p95Ms[title] ?? p95Ms['*'] ?? Infinity };
  });
}

/** What was not reached, a line each. */
export function shortcomings(rows: readonly Row[], { leastRequests, p95Ms }: Threshold): string[] {
  const total = rows.reduce((sum, { requests }) => sum + requests, 0);
  const unmeasured = Object.keys(p95Ms).filter((title) => title !== '*' && !rows.some((row) => row.title === title));
  return [
    ...(total < leastRequests ? [`${total} requests, and ${leastRequests} were to be made`] : []),
    ...unmeasured.map((title) => `${title}: nothing was measured`),
    ...rows.filter(({ failures }) => failures > 0).map(({ title, failures }) => `${title}: ${failures} failed`),
    ...rows.filter(({ p95, limit }) => p95 > limit).map(({ title, p95, limit }) => `${title}: p95 ${p95} ms, over ${limit} ms`),
  ];
}

function percentile(times: Readonly<Record<string, number>>, share: number): number {
  const sorted = Object.entries(times).map(([ms, count]) => [Number(ms), count] as const).toSorted(([a], [b]) => a - b);
  let left = sorted.reduce((sum, [, count]) => sum + count, 0) * share;
  for (const [ms, count] of sorted) {
    left -= count;
    if (left <= 0) return ms;
  }
  return sorted.at(-1)?.[0] ?? 0;
}

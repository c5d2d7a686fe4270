/** How long each took, of which some are told. */
export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** The smallest value that at least this share of them do not exceed. */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).toSorted();
  if (sorted.length === 0) return Number.NaN;
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export function latencyOf(durations: ArrayLike<number>): Latency {
  return { p50Ms: quantile(durations, 0.5), p99Ms: quantile(durations, 0.99), maxMs: quantile(durations, 1) };
}

export interface Accounted {
  /** Acknowledged, and not there. */
  readonly lost: number;
  /** There more than once. */
  readonly doubled: number;
}

/** What was acknowledged, held against what is there. */
export function account(acknowledged: readonly string[], found: readonly string[]): Accounted {
  const there = new Set(found);
  return { lost: acknowledged.filter((each) => !there.has(each)).length, doubled: found.length - there.size };
}

/** The median of the rounds' ratios: each round's two figures were measured one right after the other, so both met what else the machine did. */
export function ratioOf(ours: readonly number[], reference: readonly number[]): number {
  if (ours.length !== reference.length) throw new Error('a ratio needs as many rounds of one as of the other');
  return median(ours.map((value, round) => value / (reference[round] ?? Number.NaN)));
}

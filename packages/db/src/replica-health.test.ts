import { createLogger } from '@confab/runtime';
import { expect, test } from 'vitest';
import { PrimaryHistory, ReplicaHealth } from './replica-health.ts';

const logger = createLogger({ name: 'test', level: 'silent', pretty: false });

function history(...samples: [at: number, position: bigint][]): PrimaryHistory {
  const result = new PrimaryHistory(8_000);
  for (const [at, position] of samples) result.add({ at, position });
  return result;
}

test.each([
  ['an idle primary: all replayed, however long ago', history([0, 100n]), 100n, 1_000_000, 0],
  ['an idle primary that says the same again and again', history([0, 100n], [5_000, 100n]), 90n, 6_000, 6_000],
  ['what has just come is not replayed yet', history([0, 100n], [900, 200n]), 100n, 1_000, 100],
  ['counts from the first thing missed', history([0, 100n], [900, 200n], [1_500, 300n]), 150n, 2_000, 1_100],
  ['ahead of our last look', history([0, 100n]), 150n, 2_000, 0],
  ['nothing known of the primary', history(), 100n, 2_000, 0],
  ['old samples go, but what they told does not become less than the limit', history([0, 1n], [1_000, 2n], [20_000, 3n]), 0n, 29_000, 9_000],
])('%s', (_what, samples, replayed, now, lagMs) => {
  expect(samples.lagMs(replayed, now)).toBe(lagMs);
});

test('out of rotation above the limit, back below it', () => {
  const health = new ReplicaHealth({ label: 'r', logger, maxLagMs: 2_000 });
  const samples = history([0, 16n], [1_000, 32n]);
  const answer = (replayed: string, now: number) => {
    health.answered({ inRecovery: true, replayed }, samples, now);
    return health.isHealthy;
  };
  expect(health.isHealthy).toBe(false);
  expect(answer('0/10', 2_000)).toBe(true);
  expect(health.hasReplayed(16n)).toBe(true);
  expect(health.hasReplayed(17n)).toBe(false);
  expect(answer('0/10', 3_001)).toBe(false);
  expect(health.hasReplayed(16n)).toBe(false);
  expect(answer('0/20', 3_002)).toBe(true);
});

test('a server that is not in recovery is no replica', () => {
  const health = new ReplicaHealth({ label: 'r', logger, maxLagMs: 2_000 });
  health.answered({ inRecovery: true, replayed: '0/10' }, history(), 0);
  health.answered({ inRecovery: false, replayed: '0/10' }, history(), 0);
  expect(health.isHealthy).toBe(false);
  health.answered({ inRecovery: true, replayed: null }, history(), 0);
  expect(health.isHealthy).toBe(false);
});

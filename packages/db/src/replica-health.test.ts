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

const lsn = (position: bigint) => `0/${position.toString(16)}`;

/** One that answers from now on. */
function watched(samples: PrimaryHistory) {
  const health = new ReplicaHealth({ label: 'r', logger, maxLagMs: 2_000 });
  return {
    health,
    answer(replayed: bigint, now: number, inRecovery = true, isOfHistory = true) {
      health.answered({ inRecovery, isOfHistory, replayed: lsn(replayed) }, samples, now);
      return health.isHealthy;
    },
  };
}

test('in rotation after three good answers in a row, out above the limit, and not back before it is well below', () => {
  const { health, answer } = watched(history([0, 16n], [1_000, 32n]));
  expect([16n, 16n, 16n].map((replayed) => answer(replayed, 1_500))).toEqual([false, false, true]);
  expect(health.hasReplayed(16n)).toBe(true);
  expect(health.hasReplayed(17n)).toBe(false);
  expect(answer(16n, 3_000)).toBe(true);
  expect(answer(16n, 3_001)).toBe(false);
  expect(health.lagMs).toBe(2_001);
  expect(health.hasReplayed(16n)).toBe(false);
  expect([32n, 32n].map((replayed) => answer(replayed, 3_002))).toEqual([false, false]);
  expect(answer(16n, 3_100)).toBe(false);
  // Within the limit, but not by half: nothing to begin with.
  const busy = watched(history([0, 16n], [10_000, 32n]));
  expect(Array.from({ length: 9 }, () => busy.answer(16n, 11_500))).not.toContain(true);
  expect(Array.from({ length: 3 }, () => busy.answer(16n, 11_000))).toEqual([false, false, true]);
});

test('one that was behind before our first look is not begun with until it has come so far', () => {
  const { answer } = watched(history([0, 64n]));
  expect(Array.from({ length: 9 }, () => answer(63n, 1))).not.toContain(true);
  expect(Array.from({ length: 3 }, () => answer(64n, 1))).toEqual([false, false, true]);
});

test('a server that is not in recovery is no replica', () => {
  const { health, answer } = watched(history());
  for (let i = 0; i < 3; i++) answer(16n, 0);
  expect(health.isHealthy).toBe(true);
  expect(answer(16n, 0, false)).toBe(false);
  health.answered({ inRecovery: true, replayed: null, isOfHistory: true }, history(), 0);
  expect(health.isHealthy).toBe(false);
});

test('after silence it has to prove itself anew', () => {
  const { health, answer } = watched(history());
  for (let i = 0; i < 3; i++) answer(16n, 0);
  health.eject('no answer');
  expect([16n, 16n, 16n].map((replayed) => answer(replayed, 0))).toEqual([false, false, true]);
});

test('positions of the history before a promotion say nothing of the one after it', () => {
  const samples = history([0, 64n]);
  const { answer } = watched(samples);
  expect([64n, 64n, 64n].map((replayed) => answer(replayed, 1))).toEqual([false, false, true]);
  samples.begin('other-2');
  samples.add({ at: 2, position: 48n });
  // It has what was lost: as long as it does not follow the new primary it is out, however far it seems.
  expect(answer(64n, 3, true, false)).toBe(false);
  expect([48n, 48n, 48n].map((replayed) => answer(replayed, 10_000))).toEqual([false, false, true]);
});

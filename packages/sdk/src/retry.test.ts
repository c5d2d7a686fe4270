import { expect, test } from 'vitest';
import { NetworkError, ProblemError } from './problem.ts';
import { parseRetryAfter, retried, retryDelayMs } from './retry.ts';

const now = Date.parse('2026-01-01T00:00:00Z');

test.each([
  [null, undefined],
  ['0', 0],
  ['7', 7],
  ['Thu, 01 Jan 2026 00:00:09 GMT', 9],
  ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
  ['soon', undefined],
])('Retry-After %s is %s s', (header, seconds) => {
  expect(parseRetryAfter(header, now)).toBe(seconds);
});

test.each([
  ['a cut', new NetworkError('cut'), 0, 125],
  ['a cut, later', new NetworkError('cut'), 3, 1_000],
  ['a cut, much later', new NetworkError('cut'), 30, 2_500],
  ['503', new ProblemError({ status: 503 }), 0, 125],
  ['429 with Retry-After', new ProblemError({ status: 429 }, 2), 0, 2_125],
  ['500', new ProblemError({ status: 500 }), 0, undefined],
  ['404', new ProblemError({ status: 404 }), 0, undefined],
  ['a bug', new TypeError('bug'), 0, undefined],
])('%s', (_, failure, attempt, delayMs) => {
  expect(retryDelayMs(failure, attempt, () => 0.5)).toBe(delayMs);
});

test('gives up when the next try would begin too late, with the last failure', async () => {
  let clock = 0;
  let tries = 0;
  const rules = {
    withinMs: 10_000,
    now: () => clock,
    random: () => 1,
    async wait(ms: number) {
      clock += ms;
    },
  };
  const work = async () => {
    tries += 1;
    throw new NetworkError(`try ${tries}`);
  };
  await expect(retried(work, rules, new AbortController().signal)).rejects.toThrow('try 6');
  expect(clock).toBeLessThan(10_000);
});

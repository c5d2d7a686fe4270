import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPatience } from './patience.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const never = () => new Promise<string>(() => undefined);
const outcomeOf = (work: Promise<unknown>) => {
  const outcome = { is: 'waiting' };
  work.then((value) => (outcome.is = String(value)), (error: Error) => (outcome.is = error.message));
  return outcome;
};

test('each is given up when its own time is over, and none before', async () => {
  const inTime = createPatience(300);
  const first = outcomeOf(inTime(never()));
  await vi.advanceTimersByTimeAsync(200);
  const second = outcomeOf(inTime(never()));
  await vi.advanceTimersByTimeAsync(99);
  expect([first.is, second.is]).toEqual(['waiting', 'waiting']);
  await vi.advanceTimersByTimeAsync(2);
  expect([first.is, second.is]).toEqual(['no answer within 300 ms', 'waiting']);
  await vi.advanceTimersByTimeAsync(200);
  expect(second.is).toBe('no answer within 300 ms');
  // Nothing is left that would wake anybody.
  expect(vi.getTimerCount()).toBe(0);
});

test('answers and errors pass through, with one timer for however many', async () => {
  const inTime = createPatience(300);
  const answers = Array.from({ length: 50 }, (_, n) => inTime(Promise.resolve(n)));
  const refused = outcomeOf(inTime(Promise.reject(new Error('no'))));
  expect(vi.getTimerCount()).toBe(1);
  expect(await Promise.all(answers)).toHaveLength(50);
  expect(refused.is).toBe('no');
  await vi.advanceTimersByTimeAsync(301);
  expect(vi.getTimerCount()).toBe(0);
});

test('an answer that came while we were late is taken', async () => {
  const inTime = createPatience(300);
  const answer = Promise.withResolvers<string>();
  const late = outcomeOf(inTime(answer.promise));
  setTimeout(() => answer.resolve('here'), 300);
  await vi.advanceTimersByTimeAsync(305);
  expect(late.is).toBe('here');
});

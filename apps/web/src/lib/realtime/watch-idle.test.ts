import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchIdle } from './watch-idle.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('away after five minutes without input, back with the next one, each said once', () => {
  const page = new EventTarget();
  const said: boolean[] = [];
  const stop = watchIdle(page, (isIdle) => said.push(isIdle));
  vi.advanceTimersByTime(4 * 60_000);
  page.dispatchEvent(new Event('keydown'));
  vi.advanceTimersByTime(4 * 60_000 + 45_000);
  expect(said).toEqual([]);
  vi.advanceTimersByTime(15_000);
  expect(said).toEqual([true]);
  vi.advanceTimersByTime(10 * 60_000);
  page.dispatchEvent(new Event('pointermove'));
  page.dispatchEvent(new Event('pointermove'));
  expect(said).toEqual([true, false]);
  stop();
  vi.advanceTimersByTime(20 * 60_000);
  page.dispatchEvent(new Event('keydown'));
  expect(said).toEqual([true, false]);
});

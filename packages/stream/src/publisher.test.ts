import { createLogger } from '@confab/runtime';
import { expect, it } from 'vitest';

import type { StreamEvent } from './event.ts';
import { createPublisher } from './publisher.ts';

const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
const event = (seq: number, stream: StreamEvent['stream'] = 'room:a'): StreamEvent => ({
  epoch: 'e-1',
  type: 'message.created', stream, seq, at: 0, subjectId: null, authorId: null, subjectUserId: null, control: false, trace: null, payload: '{}',
});

/** Redis as the publisher sees it: it fails as often as it is told to. */
function publisher(failures: number) {
  const rung: string[] = [];
  const calls: number[] = [];
  const outcomes: string[] = [];
  let left = failures;
  return {
    rung,
    calls,
    outcomes,
    ...createPublisher({
      ring(told) {
        left -= 1;
        if (left >= 0) return Promise.reject(new Error('redis is away'));
        rung.push(...told.map(({ epoch, stream, seq }) => `${epoch} ${stream} ${seq}`));
        calls.push(told.length);
        return Promise.resolve();
      },
      published: (outcome) => void outcomes.push(outcome),
      logger,
    }),
  };
}

it('rings in order, with the epoch of the event', async () => {
  const { publish, stop, rung } = publisher(0);
  publish([event(1), event(2)]);
  publish([event(3)]);
  await stop();
  expect(rung).toEqual(['e-1 room:a 1', 'e-1 room:a 2', 'e-1 room:a 3']);
});

it('rings once for the events of a stream that are published together, as far as Redis is not kept from others', async () => {
  const { publish, stop, rung, calls, outcomes } = publisher(0);
  publish([event(1), event(7, 'room:b'), event(2)]);
  await expect.poll(() => calls).toEqual([2, 1]);
  expect(rung).toEqual(['e-1 room:a 1', 'e-1 room:a 2', 'e-1 room:b 7']);
  publish(Array.from({ length: 100 }, (_, index) => event(index + 3)));
  await stop();
  expect(calls).toEqual([2, 1, 64, 36]);
  expect(outcomes).toEqual(Array.from({ length: 103 }, () => 'published'));
});

it('tries again, and then gives up without a word to the caller', async () => {
  const again = publisher(2);
  again.publish([event(1)]);
  await expect.poll(() => again.rung).toEqual(['e-1 room:a 1']);
  const never = publisher(Infinity);
  never.publish([event(1)]);
  await expect.poll(() => never.outcomes, { timeout: 10_000 }).toEqual(['failed']);
});

it('holds a bounded number while Redis is away, and stops without waiting for it', async () => {
  const { publish, stop, outcomes } = publisher(Infinity);
  publish(Array.from({ length: 6_000 }, (_, index) => event(index + 1)));
  expect(outcomes).toHaveLength(1_000);
  expect(new Set(outcomes)).toEqual(new Set(['dropped']));
  await stop();
  expect(outcomes).toHaveLength(6_000);
});

import { describe, expect, it } from 'vitest';
import type { Message } from '../../../lib/sdk/models.ts';
import { emptyTimeline, fromPage, withMessage, withNewer, withOlder } from './timeline.ts';

const message = (seq: number, updatedSeq = seq, content = `m${seq}`): Message => ({
  id: `id-${seq}`, roomId: 'room', seq, updatedSeq, type: 'user', author: { id: 'u', username: 'u', displayName: 'U' },
  parentMessageId: null, content, html: '', nonce: `n${seq}`, createdAt: '2026-01-01T00:00:00.000Z', editedAt: null, deletedAt: null,
});
const page = (from: number, to: number, hasMoreBefore = false, hasMoreAfter = false) => ({
  items: Array.from({ length: to - from + 1 }, (_, index) => message(from + index)), hasMoreBefore, hasMoreAfter,
});
const seqs = (timeline: { items: readonly Message[] }) => timeline.items.map((item) => item.seq);

describe('timeline', () => {
  it('is in order whatever order messages arrive in', () => {
    const arrivals = [3, 1, 2, 5, 4, 3, 1];
    expect(seqs(arrivals.reduce((timeline, seq) => withMessage(timeline, message(seq)), emptyTimeline))).toEqual([1, 2, 3, 4, 5]);
  });

  it('keeps the newer copy, whichever comes last', () => {
    const edited = withMessage(fromPage(page(1, 3)), message(2, 9, 'edited'));
    expect(edited.items[1]?.content).toBe('edited');
    expect(withMessage(edited, message(2, 2, 'as it was')).items[1]?.content).toBe('edited');
  });

  it('takes no message that would leave a gap behind it', () => {
    const past = fromPage(page(10, 20, true, true));
    expect(seqs(withMessage(past, message(30)))).toEqual(seqs(past));
    expect(seqs(withMessage(past, message(5)))).toEqual(seqs(past));
  });

  it('leaves replies to their thread', () => {
    expect(withMessage(fromPage(page(1, 2)), { ...message(3), parentMessageId: 'id-1' }).items).toHaveLength(2);
  });

  it('joins pages without repeating what both have, and remembers the seam', () => {
    const joined = withOlder(fromPage(page(50, 60, true)), page(40, 52, true));
    expect(seqs(joined)).toEqual(Array.from({ length: 21 }, (_, index) => 40 + index));
    expect(joined.seams).toEqual(new Set(['id-50']));
    expect(joined.hasMoreBefore).toBe(true);
    const newer = withNewer(fromPage(page(1, 5, false, true)), page(4, 8));
    expect(seqs(newer)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(newer.hasMoreAfter).toBe(false);
  });
});

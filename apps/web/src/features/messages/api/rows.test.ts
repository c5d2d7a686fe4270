import { describe, expect, it, vi } from 'vitest';
import type { Message } from '../../../lib/sdk/models.ts';
import { fromPage, withMessage } from './timeline.ts';

vi.stubGlobal('navigator', { languages: ['en'] });
const { buildRows, createRowBuilder } = await import('./rows.ts');

const start = new Date(2026, 0, 5, 12).getTime();
const message = (seq: number, authorId: string, minute: number): Message => ({
  id: `id-${seq}`, roomId: 'room', seq, updatedSeq: seq, type: 'user', author: { id: authorId, username: authorId, displayName: authorId },
  parentMessageId: null, content: '', html: '', nonce: `n${seq}`, createdAt: new Date(start + minute * 60_000).toISOString(), editedAt: null, deletedAt: null,
});
const rowsOf = (items: Message[], rest: Partial<Parameters<typeof buildRows>[0]> = {}, hasMoreBefore = false) =>
  buildRows({ timeline: fromPage({ items, hasMoreBefore, hasMoreAfter: false }), pending: [], userId: 'me', unreadAfterSeq: Infinity, ...rest });
const shape = (rows: ReturnType<typeof buildRows>) => rows.map((row) => ('isFirst' in row ? `${row.kind}${row.isFirst ? '+' : ''}` : row.kind));

describe('rows', () => {
  it('groups by author within five minutes', () => {
    expect(shape(rowsOf([message(1, 'a', 0), message(2, 'a', 4), message(3, 'b', 4), message(4, 'b', 10)]))).toEqual([
      'beginning', 'day', 'message+', 'message', 'message+', 'message+',
    ]);
  });

  it('divides days, but not above what may have more of the same day before it', () => {
    const items = [message(1, 'a', 0), message(2, 'a', 24 * 60)];
    expect(shape(rowsOf(items))).toEqual(['beginning', 'day', 'message+', 'day', 'message+']);
    expect(shape(rowsOf(items, {}, true))).toEqual(['message+', 'day', 'message+']);
  });

  it('puts one divider above the first unread message of somebody else', () => {
    const items = [message(1, 'a', 0), message(2, 'me', 1), message(3, 'a', 2), message(4, 'a', 3)];
    expect(shape(rowsOf(items, { unreadAfterSeq: 1 }))).toEqual(['beginning', 'day', 'message+', 'message+', 'unread', 'message+', 'message']);
  });

  it('shows a send once: pending until its message is there, and then under the same key', () => {
    const send = { nonce: 'n3', roomId: 'room', content: 'hi', createdAt: new Date(start + 60_000).toISOString(), state: 'sending' as const };
    const timeline = fromPage({ items: [message(1, 'a', 0)], hasMoreBefore: false, hasMoreAfter: false });
    const input = { pending: [send], userId: 'me', unreadAfterSeq: Infinity };
    const before = buildRows({ ...input, timeline }).at(-1);
    const after = buildRows({ ...input, timeline: withMessage(timeline, message(3, 'me', 1)) });
    expect(before).toMatchObject({ kind: 'pending', key: 'mine:n3' });
    expect(after.filter((row) => row.key === 'mine:n3')).toMatchObject([{ kind: 'message' }]);
  });

  it('takes a nonce for a send only from its own author', () => {
    const send = { nonce: 'n1', roomId: 'room', content: 'hi', createdAt: new Date(start).toISOString(), state: 'sending' as const };
    expect(rowsOf([message(1, 'a', 0)], { pending: [send] }).at(-1)).toMatchObject({ kind: 'pending' });
  });

  it('builds on what it built before as if it began anew', () => {
    const build = createRowBuilder('me');
    const arrivals = [message(1, 'a', 0), message(2, 'me', 1), message(5, 'a', 8), message(3, 'a', 3), message(6, 'b', 24 * 60), { ...message(2, 'me', 1), updatedSeq: 7, content: 'edited' }];
    let timeline = fromPage({ items: [], hasMoreBefore: false, hasMoreAfter: false });
    for (const [index, arrival] of arrivals.entries()) {
      timeline = withMessage(timeline, arrival);
      const input = { timeline, pending: [], unreadAfterSeq: index < 4 ? 2 : 4 };
      expect(build(input)).toEqual(buildRows({ ...input, userId: 'me' }));
    }
    const first = build({ timeline, pending: [], unreadAfterSeq: 4 });
    const next = build({ timeline: withMessage(timeline, message(9, 'b', 24 * 60 + 1)), pending: [], unreadAfterSeq: 4 });
    expect(next.slice(0, first.length).every((row, index) => row === first[index])).toBe(true);
  });
});

import { dayKey } from '../../../lib/format.ts';
import type { Message } from '../../../lib/sdk/models.ts';
import type { PendingSend } from './outbox.ts';
import type { Timeline } from './timeline.ts';

/** What the history is made of, top to bottom. Keys stay with their row through paging and through a send becoming real. */
export type Row =
  | { kind: 'beginning'; key: string }
  | { kind: 'day'; key: string; at: string }
  | { kind: 'unread'; key: string }
  | { kind: 'message'; key: string; message: Message; isFirst: boolean }
  | { kind: 'pending'; key: string; send: PendingSend; isFirst: boolean };

const groupGapMs = 5 * 60_000;

type Input = { timeline: Timeline; pending: readonly PendingSend[]; userId: string; unreadAfterSeq: number };

export function buildRows({ timeline, pending, userId, unreadAfterSeq }: Input): Row[] {
  const { items, hasMoreBefore, hasMoreAfter, seams } = timeline;
  const rows: Row[] = hasMoreBefore ? [] : [{ kind: 'beginning', key: 'beginning' }];
  const sent = new Set<string>();
  let isUnreadShown = false;
  let previous: Message | undefined;
  for (const message of items) {
    if (message.author.id === userId) sent.add(message.nonce);
    const isNewDay = previous ? dayOf(previous) !== dayOf(message) : !hasMoreBefore;
    if (isNewDay) rows.push({ kind: 'day', key: `day:${message.id}`, at: message.createdAt });
    const isFirstUnread = !isUnreadShown && message.seq > unreadAfterSeq && message.author.id !== userId && message.type === 'user';
    if (isFirstUnread) {
      isUnreadShown = true;
      // Above the first of what is loaded it would claim that everything older was read.
      if (previous || !hasMoreBefore) rows.push({ kind: 'unread', key: `unread:${message.id}` });
    }
    const isFirst = isNewDay || isFirstUnread || seams.has(message.id) || !isContinuation(previous, message);
    rows.push({ kind: 'message', key: keyOf(message, userId), message, isFirst });
    previous = message;
  }
  if (hasMoreAfter) return rows;
  const waiting = pending.filter((send) => !sent.has(send.nonce));
  for (const [index, send] of waiting.entries()) {
    const isFirst = index === 0 && !(previous?.author.id === userId && previous.type === 'user' && Date.parse(send.createdAt) - timeOf(previous) < groupGapMs);
    rows.push({ kind: 'pending', key: `mine:${send.nonce}`, send, isFirst });
  }
  return rows;
}

// A message of mine keeps the key it had as a pending send: the row becomes real without being remade.
const keyOf = (message: Message, userId: string) => (message.author.id === userId ? `mine:${message.nonce}` : message.id);

function isContinuation(previous: Message | undefined, message: Message): boolean {
  return previous?.author.id === message.author.id && previous.type === message.type && timeOf(message) - timeOf(previous) < groupGapMs;
}

// Reading dates is what costs in a history of tens of thousands; a message's date never changes.
const times = new WeakMap<Message, { ms: number; day: string }>();
function timesOf(message: Message): { ms: number; day: string } {
  let known = times.get(message);
  if (!known) times.set(message, (known = { ms: Date.parse(message.createdAt), day: dayKey(message.createdAt) }));
  return known;
}
const timeOf = (message: Message) => timesOf(message).ms;
const dayOf = (message: Message) => timesOf(message).day;

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

/** Rows of messages, and where each message's rows end: what comes after can be built on from any message. */
type Built = { timeline: Timeline; unreadAfterSeq: number; rows: Row[]; ends: number[]; isUnreadShownAt: number };

/** Builds the rows of one room for one user. It remembers the last ones: in a history of tens of thousands a new message costs its own row only. */
export function createRowBuilder(userId: string): (input: Omit<Input, 'userId'>) => Row[] {
  let last: Built | undefined;
  return ({ timeline, pending, unreadAfterSeq }) => {
    if (last?.timeline !== timeline || last.unreadAfterSeq !== unreadAfterSeq) last = buildMessages(timeline, unreadAfterSeq, userId, last);
    return timeline.hasMoreAfter || pending.length === 0 ? last.rows : [...last.rows, ...buildPending(timeline, pending, userId)];
  };
}

export const buildRows = ({ userId, ...input }: Input): Row[] => createRowBuilder(userId)(input);

function buildMessages(timeline: Timeline, unreadAfterSeq: number, userId: string, last: Built | undefined): Built {
  const { items, hasMoreBefore, seams } = timeline;
  const canGoOn = last && last.unreadAfterSeq === unreadAfterSeq && last.timeline.hasMoreBefore === hasMoreBefore && last.timeline.seams === seams;
  const kept = canGoOn ? commonLength(last.timeline.items, items) : 0;
  const ends = last && kept > 0 ? last.ends.slice(0, kept) : [];
  const rows: Row[] = last && kept > 0 ? last.rows.slice(0, ends.at(-1)) : hasMoreBefore ? [] : [{ kind: 'beginning', key: 'beginning' }];
  let isUnreadShownAt = last && last.isUnreadShownAt < kept ? last.isUnreadShownAt : Infinity;
  for (let index = kept; index < items.length; index += 1) {
    const message = items[index];
    if (!message) break;
    const previous = items[index - 1];
    const isNewDay = previous ? dayOf(previous) !== dayOf(message) : !hasMoreBefore;
    if (isNewDay) rows.push({ kind: 'day', key: `day:${message.id}`, at: message.createdAt });
    const isFirstUnread = isUnreadShownAt === Infinity && message.seq > unreadAfterSeq && message.author.id !== userId && message.type === 'user';
    if (isFirstUnread) {
      isUnreadShownAt = index;
      // Above the first of what is loaded it would claim that everything older was read.
      if (previous || !hasMoreBefore) rows.push({ kind: 'unread', key: `unread:${message.id}` });
    }
    const isFirst = isNewDay || isFirstUnread || seams.has(message.id) || !isContinuation(previous, message);
    rows.push({ kind: 'message', key: keyOf(message, userId), message, isFirst });
    ends.push(rows.length);
  }
  return { timeline, unreadAfterSeq, rows, ends, isUnreadShownAt };
}

function buildPending({ items }: Timeline, pending: readonly PendingSend[], userId: string): Row[] {
  const waiting = pending.filter((send) => items.findLast((message) => message.nonce === send.nonce && message.author.id === userId) === undefined);
  const previous = items.at(-1);
  return waiting.map((send, index) => {
    const goesOn = previous?.author.id === userId && previous.type === 'user' && Date.parse(send.createdAt) - timeOf(previous) < groupGapMs;
    return { kind: 'pending', key: `mine:${send.nonce}`, send, isFirst: index === 0 && !goesOn };
  });
}

function commonLength(a: readonly Message[], b: readonly Message[]): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length += 1;
  return length;
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

import type { Message, MessagePage } from '../../../lib/sdk/models.ts';

/** One unbroken stretch of a room's root messages, oldest first. */
export type Timeline = {
  items: readonly Message[];
  hasMoreBefore: boolean;
  hasMoreAfter: boolean;
  /** First messages of pages that older ones were put before. A group of one author ends there, so that what is on screen keeps its height. */
  seams: ReadonlySet<string>;
};

export const emptyTimeline: Timeline = { items: [], hasMoreBefore: false, hasMoreAfter: false, seams: new Set() };

export function fromPage(page: MessagePage): Timeline {
  return { ...page, seams: new Set() };
}

export function withOlder(timeline: Timeline, page: MessagePage): Timeline {
  const first = timeline.items[0];
  const older = first ? page.items.filter((message) => message.seq < first.seq) : page.items;
  return {
    ...timeline,
    items: [...older, ...timeline.items],
    hasMoreBefore: page.hasMoreBefore,
    seams: first && older.length > 0 ? new Set([...timeline.seams, first.id]) : timeline.seams,
  };
}

export function withNewer(timeline: Timeline, page: MessagePage): Timeline {
  const last = timeline.items.at(-1);
  const newer = last ? page.items.filter((message) => message.seq > last.seq) : page.items;
  return { ...timeline, items: [...timeline.items, ...newer], hasMoreAfter: page.hasMoreAfter };
}

/**
 * Puts a message where its number belongs, whoever told of it first: the answer to the send, an event, or a page.
 * An older copy never replaces a newer one. What lies outside the stretch is left for the page that will bring it.
 */
export function withMessage(timeline: Timeline, message: Message): Timeline {
  if (message.parentMessageId !== null) return timeline;
  const { items } = timeline;
  const at = placeOf(items, message.seq);
  const present = items[at];
  if (present?.id === message.id) {
    return present.updatedSeq < message.updatedSeq ? { ...timeline, items: items.with(at, message) } : timeline;
  }
  const isOutside = (at === items.length && timeline.hasMoreAfter) || (at === 0 && timeline.hasMoreBefore);
  return isOutside ? timeline : { ...timeline, items: items.toSpliced(at, 0, message) };
}

/** The first index whose message has this number or a higher one; from the end, where most messages go. */
function placeOf(items: readonly Message[], seq: number): number {
  if ((items.at(-1)?.seq ?? -1) < seq) return items.length;
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.seq ?? seq) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

import type { Schemas } from '@confab/contract';

import { presentMessage } from './messages.presenter.ts';
import type { MessageRow } from './messages.repository.ts';

/** How many root messages below a number, and how many from it on. */
export interface Window {
  readonly pivot: number;
  readonly older: number;
  readonly newer: number;
}

export type Anchor = 'before' | 'after' | 'around' | 'newest';

export function windowOf(anchor: Anchor, seq: number, limit: number): Window {
  switch (anchor) {
    case 'before':
      return { pivot: seq, older: limit, newer: 0 };
    case 'after':
      return { pivot: seq + 1, older: 0, newer: limit };
    case 'around':
      return { pivot: seq, older: Math.floor(limit / 2), newer: Math.ceil(limit / 2) };
    case 'newest':
      return { pivot: Number.MAX_SAFE_INTEGER, older: limit, newer: 0 };
  }
}

/** Of rows that were asked for one further at either end: the one too many says that there is more. */
export function presentPage(rows: readonly MessageRow[], { pivot, older, newer }: Window): Schemas['MessagePage'] {
  const below = rows.filter((row) => row.seq < pivot);
  const above = rows.filter((row) => row.seq >= pivot);
  const items = [...below.slice(Math.max(0, below.length - older)), ...above.slice(0, newer)];
  return { items: items.map(presentMessage), hasMoreBefore: below.length > older, hasMoreAfter: above.length > newer };
}

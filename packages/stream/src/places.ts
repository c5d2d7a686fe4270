import type { StreamId } from '@confab/contract';
import { sql } from 'kysely';

import type { Place } from './event.ts';

/** A stream's row with its new head. */
export interface Locked {
  readonly head: number;
  readonly at: Date;
}

/** Computed when the lock is held: the time rises with the number. Milliseconds, as clients see it. */
export const locked = sql`head, date_trunc('milliseconds', clock_timestamp()) AS at`;

/** The numbers that the head has just passed. */
export function placesIn(stream: StreamId, count: number, row: Locked | undefined): Place[] {
  if (row === undefined) throw new Error(`there is no ${stream}`);
  return Array.from({ length: count }, (_, index) => ({ stream, seq: Number(row.head) - count + 1 + index, at: row.at }));
}

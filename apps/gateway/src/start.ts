import type { ResyncReason, Standing } from './reader.ts';

export interface Cursor {
  /** Last number seen; null to begin at the head. */
  readonly seq: number | null;
  /** The history it belongs to; absent from clients that keep none, and then taken for the present one. */
  readonly epoch: string | undefined;
}

/** Where a socket begins to read, and why its client must refetch first, if it must. */
export function startOf(standing: Standing, { seq, epoch }: Cursor): { position: number; reason: ResyncReason | null } {
  if (seq === null) return { position: standing.head, reason: null };
  if (epoch !== undefined && epoch !== standing.epoch) return { position: standing.head, reason: 'epoch' };
  if (seq > standing.head) return { position: standing.head, reason: 'beyond_head' };
  if (seq < standing.joinedSeq) return { position: standing.head, reason: 'before_join' };
  return { position: seq, reason: null };
}

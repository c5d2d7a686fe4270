import type { Database, Tx } from '@confab/db';
import type { Clock, Logger } from '@confab/runtime';
import type { Streams } from '@confab/stream';

import { insertAuditEntries, type AuditEntry } from '../audit/audit.repository.ts';
import type { EndedWatch } from './ended-watch.ts';
import type { RefreshStore } from './refresh.store.ts';
import { lockLiveSessionIds, updateSessionsEnded, type EndReason, type WhichSessions } from './sessions.repository.ts';
import type { SessionStore } from './sessions.store.ts';

export interface EndingDependencies {
  readonly database: Database;
  readonly streams: Streams;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly store: SessionStore;
  readonly refreshStore: RefreshStore;
  readonly endedWatch: EndedWatch;
}

export interface Ending {
  readonly userId: string;
  readonly reason: EndReason;
  /** Who wanted it; null where it was we. */
  readonly actorId: string | null;
  readonly which: WhichSessions;
  /** Written in the same transaction. */
  readonly besides?: (tx: Tx, at: Date) => Promise<void>;
  readonly alsoAudit?: (at: Date) => readonly AuditEntry[];
}

/** PostgreSQL decides, Redis hears of it, then the sockets. To end a session again changes nothing. */
export type EndSessions = (ending: Ending) => Promise<void>;

export function createEndSessions({ database, streams, clock, logger, store, refreshStore, endedWatch }: EndingDependencies): EndSessions {
  return async ({ userId, reason, actorId, which, besides, alsoAudit }) => {
    const stream = `user:${userId}` as const;
    const { ids, events } = await database.write(async (tx) => {
      const at = new Date(clock.now());
      await besides?.(tx, at);
      // The sessions before the stream, whoever ends which of them: no two transactions wait for each other in a ring.
      const locked = await lockLiveSessionIds(tx, userId, which);
      await updateSessionsEnded(tx, locked, reason, at);
      const ended = locked.map((sessionId): AuditEntry => ({ action: 'session.ended', at, actorId, subjectId: userId, sessionId, details: { reason } }));
      await insertAuditEntries(tx, [...(alsoAudit?.(at) ?? []), ...ended]);
      if (locked.length === 0) return { ids: locked, events: [] };
      const last = await streams.append(tx, [{ stream, count: locked.length }], (places) => ({
        row: null,
        events: places.map(({ seq }, index) => ({ stream, seq, type: 'session.ended', d: { sessionId: locked[index] ?? '' }, control: true })),
      }));
      return last.map((events) => ({ ids: locked, events }));
    });
    // Where somebody was quicker, Redis may still have to hear of it.
    const told = 'only' in which ? [which.only] : ids;
    endedWatch.add(told);
    await Promise.all(told.flatMap((id) => [store.markEnded(id), refreshStore.forget(id)]));
    streams.publish(events);
    if (ids.length > 0) logger.info({ sessionIds: ids, reason }, 'sessions ended');
  };
}

import type { Database } from '@confab/db';
import type { Clock, Logger } from '@confab/runtime';
import { AppendRefused, type Streams } from '@confab/stream';
import type { Tx } from '@confab/db';

import { insertAuditEntries, type AuditEntry } from '../audit/audit.repository.ts';
import { endingSessions, lockLiveSessionIds, type EndReason } from './sessions.repository.ts';
import type { RefreshStore } from './refresh.store.ts';
import type { SessionStore } from './sessions.store.ts';

export interface EndingDependencies {
  readonly database: Database;
  readonly streams: Streams;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly store: SessionStore;
  readonly refreshStore: RefreshStore;
}

export interface Ending {
  readonly userId: string;
  readonly reason: EndReason;
  /** Who wanted it; null where it was we. */
  readonly actorId: string | null;
  /** These, or all that are live but this one. */
  readonly which: { readonly only: string } | { readonly allBut: string | null };
  /** Written in the same transaction. */
  readonly besides?: (tx: Tx, at: Date) => Promise<void>;
  readonly alsoAudit?: (at: Date) => readonly AuditEntry[];
}

/** PostgreSQL decides, Redis hears of it, then the sockets. Answers the sessions that ended now; to end one again changes nothing. */
export type EndSessions = (ending: Ending) => Promise<string[]>;

export function createEndSessions({ database, streams, clock, logger, store, refreshStore }: EndingDependencies): EndSessions {
  return async ({ userId, reason, actorId, which, besides, alsoAudit }) => {
    const stream = `user:${userId}` as const;
    let ids: string[] = [];
    try {
      const events = await database.write(async (tx) => {
        const at = new Date(clock.now());
        await besides?.(tx, at);
        ids = 'only' in which ? [which.only] : await lockLiveSessionIds(tx, userId, which.allBut);
        const ended = ids.map((sessionId): AuditEntry => ({ action: 'session.ended', at, actorId, subjectId: userId, sessionId, details: { reason } }));
        await insertAuditEntries(tx, [...(alsoAudit?.(at) ?? []), ...ended]);
        if (ids.length === 0) return [];
        return streams.append(tx, [{ stream, count: ids.length }], (places) => ({
          row: endingSessions(ids, reason, at),
          events: places.map(({ seq }, index) => ({ stream, seq, type: 'session.ended', d: { sessionId: ids[index] ?? '' }, control: true })),
        }));
      });
      await Promise.all(ids.flatMap((id) => [store.markEnded(id), refreshStore.forget(id)]));
      streams.publish(events);
      logger.info({ sessionIds: ids, reason }, 'sessions ended');
      return ids;
    } catch (error) {
      if (!(error instanceof AppendRefused)) throw error;
      // Somebody was quicker; Redis may still have to hear of it.
      await Promise.all(ids.map((id) => store.markEnded(id)));
      return [];
    }
  };
}

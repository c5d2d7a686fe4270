import type { Core } from '@confab/core';
import type { Database } from '@confab/db';
import { deleteAbandonedSecondFactors } from './tasks/delete-abandoned-second-factors.ts';
import { deleteOldIdempotencyKeys } from './tasks/delete-old-idempotency-keys.ts';
import { deleteOldSessions } from './tasks/delete-old-sessions.ts';
import { maintainEventLog } from './tasks/maintain-event-log.ts';

/** What a task did, for the log: numbers and names, nothing that members wrote. */
export type Outcome = Readonly<Record<string, unknown>>;

/** A task may run again after it had succeeded: it says what must be so, not what to do once more. `signal` tells it to leave off. */
export type Task = (payload: unknown, signal: AbortSignal) => Promise<Outcome>;

export type TaskName = 'delete-abandoned-second-factors' | 'delete-old-idempotency-keys' | 'delete-old-sessions' | 'maintain-event-log';

export function createTasks({ core, database }: { core: Core; database: Database }): Readonly<Record<TaskName, Task>> {
  return {
    'delete-abandoned-second-factors': deleteAbandonedSecondFactors(core.secondFactors),
    'delete-old-idempotency-keys': deleteOldIdempotencyKeys(core.idempotencyKeys),
    'delete-old-sessions': deleteOldSessions(core.sessions),
    'maintain-event-log': maintainEventLog(database),
  };
}

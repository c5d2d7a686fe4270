import type { Sessions } from '@confab/core';
import type { Task } from '../tasks.ts';
import { inBatches } from './batches.ts';

/** The rows alone: what Redis holds of a session (its refresh tokens' state, that it is live or has ended) expires there by itself. */
export function deleteOldSessions(sessions: Pick<Sessions, 'deleteOld'>): Task {
  return async (_payload, signal) => ({ deleted: await inBatches((limit) => sessions.deleteOld(limit), signal) });
}

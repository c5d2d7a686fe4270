import type { Sessions } from '@confab/core';
import type { Task } from '../tasks.ts';

const batch = 1_000;

/** In batches, each a short transaction of its own. */
export function deleteOldSessions(sessions: Pick<Sessions, 'deleteOld'>): Task {
  return async (_payload, signal) => {
    let deleted = 0;
    let last = batch;
    while (last === batch && !signal.aborted) {
      last = await sessions.deleteOld(batch);
      deleted += last;
    }
    return { deleted };
  };
}

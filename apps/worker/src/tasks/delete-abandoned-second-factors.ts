import type { SecondFactors } from '@confab/core';
import type { Task } from '../tasks.ts';
import { inBatches } from './batches.ts';

/** Secrets that somebody was shown and never confirmed. */
export function deleteAbandonedSecondFactors(secondFactors: Pick<SecondFactors, 'deleteAbandoned'>): Task {
  return async (_payload, signal) => ({ deleted: await inBatches((limit) => secondFactors.deleteAbandoned(limit), signal) });
}

import type { IdempotencyKeys } from '@confab/core';
import type { Task } from '../tasks.ts';
import { inBatches } from './batches.ts';

/** Those that nobody may repeat a request under any more. */
export function deleteOldIdempotencyKeys(keys: Pick<IdempotencyKeys, 'deleteOld'>): Task {
  return async (_payload, signal) => ({ deleted: await inBatches((limit) => keys.deleteOld(limit), signal) });
}

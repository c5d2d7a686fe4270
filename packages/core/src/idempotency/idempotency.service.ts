import type { Database } from '@confab/db';
import type { Clock } from '@confab/runtime';

import { keptMs } from './first.ts';
import { deleteOldKeys } from './idempotency.repository.ts';

export interface IdempotencyKeys {
  /** Deletes those that count no more, at most `limit`; answers how many. */
  deleteOld(limit: number): Promise<number>;
}

export function createIdempotencyKeys({ database, clock }: { database: Database; clock: Clock }): IdempotencyKeys {
  return {
    deleteOld: (limit) => database.write((tx) => deleteOldKeys(tx, new Date(clock.now() - keptMs), limit)),
  };
}

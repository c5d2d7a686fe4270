import type { Database } from '@confab/db';

import type { PositionStore } from './positions.store.ts';

/** How new what a user reads must be so that he finds his own writes, whichever process he asks. */
export interface Positions {
  /** Settles when every process knows of the write, or no replica needs to be told apart by it. */
  keep(userId: string, position: string): Promise<void>;
  /** `unknown`: only the primary will do. */
  find(userId: string): Promise<string | undefined>;
}

export function createPositions({ database, store }: { database: Database; store: PositionStore }): Positions {
  return {
    async keep(userId, position) {
      if (!(await store.keep(userId, position))) await database.awaitReplicas(position);
    },
    find: async (userId) => (database.hasReplicas ? store.find(userId) : undefined),
  };
}

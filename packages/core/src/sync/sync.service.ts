import type { Schemas } from '@confab/contract';
import type { Database, Tx } from '@confab/db';
import { AppError } from '@confab/runtime';

import type { Actor } from '../actor.ts';
import { listRooms } from '../rooms/rooms.repository.ts';
import { findUser } from '../users/users.repository.ts';
import { presentSync } from './sync.presenter.ts';
import { getUserHead } from './sync.repository.ts';

export interface Sync {
  get(actor: Actor): Promise<Schemas['Sync']>;
}

const tries = 3;

export function createSync({ database }: { database: Database }): Sync {
  async function snapshot(tx: Tx, userId: string) {
    const user = await findUser(tx, userId);
    if (user === undefined) throw new AppError('session.ended');
    return { user, userHead: await getUserHead(tx, userId), rooms: await listRooms(tx, userId, { scope: 'joined', limit: null }) };
  }

  return {
    async get(actor) {
      for (let attempt = 0; attempt < tries; attempt += 1) {
        // Heads of one history under the name of another would look like a client's own: it must not change in between.
        const epoch = await database.epoch();
        const found = await database.snapshot((tx) => snapshot(tx, actor.userId));
        if ((await database.epoch()) === epoch) return presentSync(epoch, found.user, found.userHead, found.rooms);
      }
      throw new AppError('database.unavailable', { retryAfterSeconds: 1 });
    },
  };
}

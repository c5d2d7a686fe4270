import type { Schemas } from '@confab/contract';
import { AppError } from '@confab/runtime';

import type { Actor } from '../actor.ts';
import type { UserCache } from './users.store.ts';

export interface Users {
  me(actor: Actor): Promise<Schemas['CurrentUser']>;
}

export function createUsers({ cache }: { cache: UserCache }): Users {
  return {
    async me(actor) {
      const user = await cache.find(actor.userId);
      // Sessions go with their user.
      if (user === undefined) throw new AppError('session.ended');
      return user;
    },
  };
}

import type { Schemas } from '@confab/contract';
import type { Database } from '@confab/db';
import { AppError } from '@confab/runtime';

import type { Actor } from '../actor.ts';
import { presentCurrentUser } from './users.presenter.ts';
import { findUser } from './users.repository.ts';

export interface Users {
  me(actor: Actor): Promise<Schemas['CurrentUser']>;
}

export function createUsers({ database }: { database: Database }): Users {
  return {
    async me(actor) {
      const user = await database.read((db) => findUser(db, actor.userId));
      // Sessions go with their user.
      if (user === undefined) throw new AppError('session.ended');
      return presentCurrentUser(user);
    },
  };
}

import type { Schemas } from '@confab/contract';

import type { Actor } from '../actor.ts';

export interface Users {
  me(actor: Actor): Promise<Schemas['CurrentUser']>;
}

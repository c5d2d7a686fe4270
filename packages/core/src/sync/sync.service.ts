import type { Schemas } from '@confab/contract';

import type { Actor } from '../actor.ts';

export interface Sync {
  get(actor: Actor): Promise<Schemas['Sync']>;
}

import type { operations, Schemas } from '@confab/contract';

import type { Actor } from '../actor.ts';

export type ListMembersQuery = NonNullable<operations['listMembers']['parameters']['query']>;

export interface Members {
  join(actor: Actor, roomId: string): Promise<Schemas['Member']>;
  leave(actor: Actor, roomId: string): Promise<void>;
  list(actor: Actor, roomId: string, query: ListMembersQuery): Promise<Schemas['MemberPage']>;
  add(actor: Actor, roomId: string, body: Schemas['AddMemberRequest']): Promise<Schemas['Member']>;
  remove(actor: Actor, roomId: string, userId: string): Promise<void>;
}

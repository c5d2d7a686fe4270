import type { operations, Schemas } from '@confab/contract';

import type { Actor } from '../actor.ts';

export type ListRoomsQuery = NonNullable<operations['listRooms']['parameters']['query']>;

export interface Rooms {
  create(actor: Actor, body: Schemas['CreateRoomRequest']): Promise<Schemas['Room']>;
  list(actor: Actor, query: ListRoomsQuery): Promise<Schemas['RoomPage']>;
  get(actor: Actor, roomId: string): Promise<Schemas['Room']>;
  update(actor: Actor, roomId: string, body: Schemas['UpdateRoomRequest']): Promise<Schemas['Room']>;
}

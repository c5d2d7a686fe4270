import type { Schemas } from '@confab/contract';

import { presentRoomView } from '../rooms/rooms.presenter.ts';
import type { RoomView } from '../rooms/rooms.repository.ts';
import { presentCurrentUser } from '../users/users.presenter.ts';
import type { UserRow } from '../users/users.repository.ts';

export function presentSync(epoch: string, user: UserRow, userHead: number, rooms: readonly RoomView[]): Schemas['Sync'] {
  const roomHeads = rooms.map((room): [string, number] => [`room:${room.id}`, room.head]);
  return {
    epoch,
    user: presentCurrentUser(user),
    streams: Object.fromEntries([[`user:${user.id}`, userHead], ...roomHeads]),
    rooms: rooms.map(presentRoomView),
  };
}

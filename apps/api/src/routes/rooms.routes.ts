import type { Core } from '@confab/core';
import type { Operations } from '../operations.ts';

export function roomsRoutes({ rooms }: Core): Pick<Operations, 'listRooms' | 'createRoom' | 'getRoom' | 'updateRoom'> {
  return {
    listRooms: ({ query }, { actor }) => rooms.list(actor, query),
    createRoom: ({ body }, { actor }) => rooms.create(actor, body),
    getRoom: ({ path }, { actor }) => rooms.get(actor, path.roomId),
    updateRoom: ({ path, body }, { actor }) => rooms.update(actor, path.roomId, body),
  };
}

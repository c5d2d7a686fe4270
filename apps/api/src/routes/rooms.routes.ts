import type { Core } from '@confab/core';
import type { Operations } from '../operations.ts';

export function roomsRoutes({ rooms }: Core): Pick<Operations, 'listRooms' | 'createRoom' | 'getRoom' | 'updateRoom'> {
  return {
    listRooms: ({ query }, { actor }) => rooms.list(actor, query),
    async createRoom({ body }, { actor, idempotencyKey }) {
      const { room, replayed } = await rooms.create(actor, body, idempotencyKey);
      return replayed ? { status: 200, body: room, headers: { 'Idempotent-Replayed': 'true' } } : { status: 201, body: room };
    },
    getRoom: ({ path }, { actor }) => rooms.get(actor, path.roomId),
    updateRoom: ({ path, body }, { actor }) => rooms.update(actor, path.roomId, body),
  };
}

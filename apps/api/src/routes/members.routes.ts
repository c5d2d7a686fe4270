import type { Core } from '@confab/core';
import type { Operations } from '../operations.ts';

export function membersRoutes({ members }: Core): Pick<Operations, 'joinRoom' | 'leaveRoom' | 'listMembers' | 'addMember' | 'removeMember'> {
  return {
    joinRoom: ({ path }, { actor }) => members.join(actor, path.roomId),
    leaveRoom: ({ path }, { actor }) => members.leave(actor, path.roomId),
    listMembers: ({ path, query }, { actor }) => members.list(actor, path.roomId, query),
    addMember: ({ path, body }, { actor }) => members.add(actor, path.roomId, body),
    removeMember: ({ path }, { actor }) => members.remove(actor, path.roomId, path.userId),
  };
}

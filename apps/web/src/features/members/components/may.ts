import type { Member, Room } from '../../../lib/sdk/models.ts';

const leads = (role: string | undefined) => role === 'owner' || role === 'moderator';

/** What to offer; the server decides. */
export const canAdd = (room: Room): boolean => room.my !== undefined && (room.kind === 'private' || leads(room.my.role));

export function canRemove(room: Room, userId: string, member: Member): boolean {
  if (member.user.id === userId) return false;
  return room.my?.role === 'owner' || (room.my?.role === 'moderator' && member.role === 'member');
}

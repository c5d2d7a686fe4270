import type { Role } from '../rooms/rooms.policy.ts';

/** In larger rooms presence is told of those alone who are asked for. */
export const mostToldPresences = 500;

/** Of two different members. */
export function mayRemove(role: Role | null, of: Role): boolean {
  return role === 'owner' || (role === 'moderator' && of === 'member');
}

/** A room that everybody had left belongs to whoever comes first. */
export function roleOnJoining(memberCount: number): Role {
  return memberCount === 0 ? 'owner' : 'member';
}

import type { ErrorCode } from '@confab/contract';
import { AppError } from '@confab/runtime';

export type Role = 'owner' | 'moderator' | 'member';

/** What decides over an actor in a room: what the room is, and what he is there; null: nothing. */
export interface Standing {
  readonly kind: string;
  readonly role: Role | null;
}

export type RoomAction = 'see' | 'join' | 'leave' | 'read' | 'write' | 'update' | 'addMember' | 'removeMember';

type Rule = (standing: Standing) => boolean;

const anybody: Rule = () => true;
const member: Rule = ({ role }) => role !== null;
const moderator: Rule = ({ role }) => role === 'owner' || role === 'moderator';

/** Of those to whom the room exists. */
const rules: Record<RoomAction, Rule> = {
  see: anybody,
  join: ({ kind, role }) => kind === 'public' || role !== null,
  leave: member,
  read: member,
  write: member,
  update: moderator,
  addMember: (standing) => (standing.kind === 'public' ? moderator(standing) : standing.kind === 'private' && member(standing)),
  removeMember: moderator,
};

/** The code of the refusal; null: go on. Any room but a public one exists for its members alone. */
export function refusal(action: RoomAction, standing: Standing | undefined): ErrorCode | null {
  if (standing === undefined || (standing.kind !== 'public' && standing.role === null)) return 'room.not_found';
  if (rules[action](standing)) return null;
  return action === 'leave' ? 'member.not_found' : 'room.forbidden';
}

export function assertMay<T extends Standing>(action: RoomAction, standing: T | undefined): asserts standing is T {
  const code = refusal(action, standing);
  if (code !== null) throw new AppError(code);
}

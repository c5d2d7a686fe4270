import { describe, expect, it } from 'vitest';

import { refusal, type Role, type RoomAction } from './rooms.policy.ts';

const hidden = 'room.not_found';
const refused = 'room.forbidden';
const roles: (Role | null)[] = [null, 'member', 'moderator', 'owner'];

/** By role: none, member, moderator, owner. */
const table: Record<RoomAction, { public: (string | null)[]; private: (string | null)[]; direct: (string | null)[] }> = {
  see: { public: [null, null, null, null], private: [hidden, null, null, null], direct: [hidden, null, null, null] },
  join: { public: [null, null, null, null], private: [hidden, null, null, null], direct: [hidden, null, null, null] },
  leave: { public: ['member.not_found', null, null, null], private: [hidden, null, null, null], direct: [hidden, null, null, null] },
  read: { public: [refused, null, null, null], private: [hidden, null, null, null], direct: [hidden, null, null, null] },
  write: { public: [refused, null, null, null], private: [hidden, null, null, null], direct: [hidden, null, null, null] },
  update: { public: [refused, refused, null, null], private: [hidden, refused, null, null], direct: [hidden, refused, null, null] },
  addMember: { public: [refused, refused, null, null], private: [hidden, null, null, null], direct: [hidden, refused, refused, refused] },
  removeMember: { public: [refused, refused, null, null], private: [hidden, refused, null, null], direct: [hidden, refused, null, null] },
};

describe.each(Object.keys(table) as RoomAction[])('%s', (action) => {
  it.each((['public', 'private', 'direct'] as const).flatMap((kind) => roles.map((role, index) => ({ kind, role, code: table[action][kind][index] }))))(
    'in a $kind room as $role: $code',
    ({ kind, role, code }) => {
      expect(refusal(action, { kind, role })).toBe(code);
    },
  );

  it('in no room', () => {
    expect(refusal(action, undefined)).toBe(hidden);
  });
});

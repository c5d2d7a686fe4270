import { expect, it } from 'vitest';

import type { Role } from '../rooms/rooms.policy.ts';
import { mayRemove, roleOnJoining } from './members.policy.ts';

it.each<[Role | null, Role, boolean]>([
  ['owner', 'owner', true],
  ['owner', 'moderator', true],
  ['owner', 'member', true],
  ['moderator', 'owner', false],
  ['moderator', 'moderator', false],
  ['moderator', 'member', true],
  ['member', 'member', false],
  ['member', 'owner', false],
  [null, 'member', false],
])('%s removing %s: %s', (role, of, may) => {
  expect(mayRemove(role, of)).toBe(may);
});

it('gives an abandoned room to whoever comes first', () => {
  expect([roleOnJoining(0), roleOnJoining(1)]).toEqual(['owner', 'member']);
});

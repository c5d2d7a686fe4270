import { QueryClient } from '@tanstack/react-query';
import { expect, it } from 'vitest';
import type { Member } from '../../../lib/sdk/models.ts';
import { followMembers } from './use-members.ts';

const member = (role: Member['role']): Member => ({ roomId: 'r', user: { id: 'u', username: 'ada', displayName: 'Ada' }, role, joinedSeq: 3, joinedAt: '2026-01-01T00:00:00.000Z' }) as Member;

it('a member stays online whatever else is said of him', () => {
  const client = new QueryClient();
  client.setQueryData(['members', 'r'], { pages: [{ items: [{ ...member('member'), presence: 'online' }], nextCursor: null }], pageParams: [null] });
  followMembers(client, { type: 'member.updated', stream: 'room:r', seq: 4, data: member('moderator') } as Parameters<typeof followMembers>[1]);
  expect(client.getQueryData(['members', 'r'])).toMatchObject({ pages: [{ items: [{ role: 'moderator', presence: 'online' }] }] });
});

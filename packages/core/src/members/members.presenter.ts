import type { Schemas } from '@confab/contract';

import { presentUserSummary } from '../users/users.presenter.ts';
import type { MemberRow } from './members.repository.ts';

export function presentMember(row: MemberRow): Schemas['Member'] {
  return {
    roomId: row.room_id,
    user: presentUserSummary({ ...row, id: row.user_id }),
    role: row.role,
    joinedSeq: row.joined_seq,
    joinedAt: row.joined_at.toISOString(),
  };
}

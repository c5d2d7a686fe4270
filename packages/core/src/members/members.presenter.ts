import type { Schemas } from '@confab/contract';

import { presentUserSummary } from '../users/users.presenter.ts';
import type { MemberRow } from './members.repository.ts';
import type { Presence } from './presence.store.ts';

/** Events tell nobody's presence: it is another's news. */
export function presentMember(row: MemberRow, presence?: Presence): Schemas['Member'] {
  return {
    roomId: row.room_id,
    user: presentUserSummary({ ...row, id: row.user_id }),
    role: row.role,
    joinedSeq: row.joined_seq,
    joinedAt: row.joined_at.toISOString(),
    ...(presence === undefined ? {} : { presence: presence.state }),
  };
}

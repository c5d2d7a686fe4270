import type { Schemas } from '@confab/contract';

import { presentUserSummary } from '../users/users.presenter.ts';
import type { MessageRow } from './messages.repository.ts';

/** Neutral of who looks: the same in answers and in events. What was deleted leaves its place and nothing else. */
export function presentMessage(row: MessageRow): Schemas['Message'] {
  const isDeleted = row.deleted_at !== null;
  return {
    id: row.id,
    roomId: row.room_id,
    seq: row.seq,
    updatedSeq: row.updated_seq,
    type: row.type,
    author: presentUserSummary({ ...row, id: row.author_id }),
    parentMessageId: row.parent_message_id,
    content: isDeleted ? '' : row.content,
    html: isDeleted ? '' : row.html,
    nonce: row.nonce,
    createdAt: row.created_at.toISOString(),
    editedAt: row.edited_at?.toISOString() ?? null,
    deletedAt: row.deleted_at?.toISOString() ?? null,
  };
}

import type { Schemas } from '@confab/contract';

import type { RoomRow, RoomView } from './rooms.repository.ts';

/** As everybody sees it: in events. */
export function presentRoom(row: RoomRow & { readonly head: number }): Schemas['Room'] {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    description: row.description,
    memberCount: row.member_count,
    head: row.head,
    updatedSeq: row.updated_seq,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

export function presentRoomView(row: RoomView): Schemas['Room'] {
  const { role, joined_seq: joinedSeq, read_seq: readSeq, unread_count: unreadCount } = row;
  if (role === null || joinedSeq === null || readSeq === null) return presentRoom(row);
  return { ...presentRoom(row), my: { role, joinedSeq, readSeq, unreadCount: unreadCount ?? 0 } };
}

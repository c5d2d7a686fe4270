import type { Schemas } from '@confab/contract';

import type { PlaceRow, RoomRow, RoomView } from './rooms.repository.ts';

/** What every event in it leaves as it is. */
export function presentRoomFacts(row: RoomRow): Omit<Schemas['Room'], 'head' | 'my'> {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    description: row.description,
    memberCount: row.member_count,
    updatedSeq: row.updated_seq,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

/** As everybody sees it: in events. */
export function presentRoom(row: RoomRow & { readonly head: number }): Schemas['Room'] {
  return { ...presentRoomFacts(row), head: row.head };
}

export function presentRoomView(row: RoomView): Schemas['Room'] {
  return presentPlace(presentRoom(row), row);
}

/** Where one user is in it. */
export function presentPlace(room: Omit<Schemas['Room'], 'head' | 'my'>, place: PlaceRow): Schemas['Room'] {
  const { role, joined_seq: joinedSeq, read_seq: readSeq, unread_count: unreadCount } = place;
  // The two may be of two servers; a change of the room itself is one of its events.
  const head = Math.max(place.head, room.updatedSeq);
  if (role === null || joinedSeq === null || readSeq === null) return { ...room, head };
  return { ...room, head, my: { role, joinedSeq, readSeq, unreadCount: unreadCount ?? 0 } };
}

import type { Draft, Place } from '@confab/stream';

import { placeIn } from '../place.ts';
import { presentMember } from './members.presenter.ts';
import type { MemberRow } from './members.repository.ts';

/** A coming or going is told twice: to the room, and to him whom it concerns. */
export function memberEvents(type: 'member.added' | 'member.removed', member: MemberRow, places: readonly Place[]): Draft[] {
  const d = presentMember(member);
  return ([`room:${member.room_id}`, `user:${member.user_id}`] as const).map((stream) => ({
    stream,
    seq: placeIn(places, stream).seq,
    type,
    d,
    subjectUserId: member.user_id,
    control: true,
  }));
}

import { useEffect, useRef, useState } from 'react';
import type { Room } from '../../../lib/sdk/models.ts';

/**
 * The number above which messages were new when one came: on opening the room, and on coming back to it. It stays where it is
 * while one reads, and what arrives under one's eyes gets none.
 */
export function useUnreadDivider(room: Room, isReading: boolean): number {
  const unread = room.my?.unreadCount ?? 0;
  const readSeq = room.my?.readSeq ?? 0;
  const [after, setAfter] = useState(unread > 0 ? readSeq : Infinity);
  const latest = useRef({ unread, readSeq });
  useEffect(() => {
    latest.current = { unread, readSeq };
  });
  useEffect(() => {
    if (!isReading) return;
    if (latest.current.unread === 0) setAfter(Infinity);
    // Looking away, or up into the past, with everything read: what comes now is new.
    return () => {
      if (latest.current.unread === 0) setAfter((present) => (present === Infinity ? latest.current.readSeq : present));
    };
  }, [isReading]);
  return after;
}

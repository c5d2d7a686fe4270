import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Room } from '../../../lib/sdk/models.ts';
import { useConfab } from '../../../lib/sdk/use-confab.ts';
import { withRead } from './my-rooms.ts';
import { updateMyRooms } from './use-my-rooms.ts';

const settleMs = 250;

/** Whether somebody is looking at this page. */
export function useAttention(): boolean {
  const [hasAttention, setAttention] = useState(() => document.hasFocus());
  useEffect(() => {
    const note = () => setAttention(document.visibilityState === 'visible' && document.hasFocus());
    const types = ['focus', 'blur'] as const;
    for (const type of types) window.addEventListener(type, note);
    document.addEventListener('visibilitychange', note);
    return () => {
      for (const type of types) window.removeEventListener(type, note);
      document.removeEventListener('visibilitychange', note);
    };
  }, []);
  return hasAttention;
}

/** While `isReading`, what has come counts as read, here at once and on the server a moment later. */
export function useMarkRead(room: Room, isReading: boolean): void {
  const confab = useConfab();
  const client = useQueryClient();
  const { id, head } = room;
  const isBehind = room.my !== undefined && (room.my.readSeq < head || room.my.unreadCount > 0);
  useEffect(() => {
    if (!isReading || !isBehind) return;
    const timer = setTimeout(() => {
      updateMyRooms(client, (state) => withRead(state, id, head));
      // Lost, it costs a number that the next message sets right.
      confab.rest.markRead(id, { seq: head }).catch(() => undefined);
    }, settleMs);
    return () => clearTimeout(timer);
  }, [confab, client, id, head, isReading, isBehind]);
}

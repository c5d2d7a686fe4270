import { useCallback, useEffect, useRef, useState } from 'react';
import { useConfab } from '../../../lib/sdk/use-confab.ts';

const settleMs = 500;

/** Tells the others that I am typing; a single key that is taken back within half a second tells nobody. The SDK bounds how often. */
export function useSayTyping(roomId: string) {
  const { realtime } = useConfab();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const stop = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = undefined;
  }, []);
  useEffect(() => stop, [stop, roomId]);
  return useCallback((draft: string) => {
    if (draft.trim() === '') return stop();
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      realtime.sendTyping(roomId);
    }, settleMs);
  }, [realtime, roomId, stop]);
}

/** Who is typing here now, by user id. Ends by itself, and with the message. */
export function useTypers(roomId: string, myId: string): string[] {
  const { realtime } = useConfab();
  const [typers, setTypers] = useState<string[]>([]);
  useEffect(() => {
    const timers = new Map<string, ReturnType<typeof setTimeout>>();
    const show = () => setTypers([...timers.keys()]);
    const end = (userId: string) => {
      clearTimeout(timers.get(userId));
      if (timers.delete(userId)) show();
    };
    const stops = [
      realtime.on('typing', (typing) => {
        if (typing.roomId !== roomId || typing.userId === myId || typing.parentMessageId !== undefined) return;
        clearTimeout(timers.get(typing.userId));
        timers.set(typing.userId, setTimeout(end, typing.expiresInMs, typing.userId));
        show();
      }),
      realtime.on('message.created', ({ data }) => void (data.roomId === roomId && end(data.author.id))),
      realtime.on('member.removed', ({ data }) => void (data.roomId === roomId && end(data.user.id))),
    ];
    return () => {
      for (const stop of stops) stop();
      for (const timer of timers.values()) clearTimeout(timer);
      setTypers([]);
    };
  }, [realtime, roomId, myId]);
  return typers;
}

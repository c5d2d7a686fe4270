import { useCallback, useEffect, useRef, useState } from 'react';
import { localStore } from '../../../lib/local-store.ts';

const keyOf = (userId: string, roomId: string) => `confab.draft.${userId}.${roomId}`;
const saveAfterMs = 300;

/** What is being written in a room: kept while one is elsewhere, and through a reload. The component that holds it is keyed by the room. */
export function useDraft(userId: string, roomId: string) {
  const key = keyOf(userId, roomId);
  const [draft, setDraft] = useState(() => {
    const stored = localStore.read(key);
    return typeof stored === 'string' ? stored : '';
  });
  const latest = useRef(draft);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const save = useCallback(() => {
    clearTimeout(timer.current);
    localStore.write(key, latest.current || undefined);
  }, [key]);

  const change = useCallback((text: string) => {
    latest.current = text;
    setDraft(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(save, saveAfterMs);
  }, [save]);

  useEffect(() => {
    window.addEventListener('pagehide', save);
    return () => {
      window.removeEventListener('pagehide', save);
      save();
    };
  }, [save]);

  return [draft, change] as const;
}

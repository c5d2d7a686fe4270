import type { RealtimeState, StoppedEvent } from '@confab/sdk';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { useConfab } from '../sdk/use-confab.ts';

export function useRealtimeState(): RealtimeState {
  const { realtime } = useConfab();
  return useSyncExternalStore((notify) => realtime.on('state', notify), () => realtime.state);
}

/** Whether this machine has a network at all, as far as the browser knows. */
export function useOnline(): boolean {
  return useSyncExternalStore(
    (notify) => {
      window.addEventListener('online', notify);
      window.addEventListener('offline', notify);
      return () => {
        window.removeEventListener('online', notify);
        window.removeEventListener('offline', notify);
      };
    },
    () => navigator.onLine,
  );
}

/** Why the connection ended for good, until it is live again. */
export function useStopped(): StoppedEvent | undefined {
  const { realtime } = useConfab();
  const [stopped, setStopped] = useState<StoppedEvent>();
  useEffect(() => {
    const stops = [realtime.on('stopped', setStopped), realtime.on('state', ({ state }) => void (state !== 'offline' && setStopped(undefined)))];
    return () => stops.forEach((stop) => stop());
  }, [realtime]);
  return stopped;
}

import type { Confab } from '@confab/sdk';
import type { QueryClient } from '@tanstack/react-query';
import { createContext, use, useSyncExternalStore } from 'react';
import { localStore } from '../../../lib/local-store.ts';
import { isPassing } from '../../../lib/sdk/describe-error.ts';
import { createOutbox, type Outbox, type PendingSend } from './outbox.ts';
import { showMessage } from './use-timeline.ts';

// The SDK tries again by itself for as long; then a person is asked.
const retryWithinMs = 5000;

/** The signed-in user's outbox: stored under his id, sent through the SDK, shown in the timelines. */
export function createUserOutbox(confab: Confab, client: QueryClient, userId: string): Outbox {
  const key = `confab.outbox.${userId}`;
  const isConnected = () => confab.realtime.state === 'live' || confab.realtime.state === 'catching-up';
  return createOutbox({
    send: ({ roomId, content, nonce }) => confab.rest.createMessage(roomId, { content, nonce }, { retryWithinMs: navigator.onLine ? retryWithinMs : 0 }),
    onSent: (message) => showMessage(client, message),
    // The browser knows of networks, not of our server, which may run on this very machine.
    isOnline: () => navigator.onLine || isConnected(),
    isConnected: () => navigator.onLine && isConnected(),
    isPassing,
    load: () => (localStore.read(key) as PendingSend[] | undefined) ?? [],
    save: (sends) => localStore.write(key, sends.length > 0 ? sends : undefined),
  });
}

export const OutboxContext = createContext<Outbox | undefined>(undefined);

export function useOutbox(): Outbox {
  const outbox = use(OutboxContext);
  if (!outbox) throw new Error('there is no OutboxContext above this component');
  return outbox;
}

/** Everything that is not sent yet, in all rooms. */
export function usePendingSends(): readonly PendingSend[] {
  const outbox = useOutbox();
  return useSyncExternalStore(outbox.subscribe, outbox.all);
}

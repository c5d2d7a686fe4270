import type { Message } from '../../../lib/sdk/models.ts';

/** Something written and not yet known to be durable. Its nonce makes any number of tries one message. */
export type PendingSend = {
  nonce: string;
  roomId: string;
  content: string;
  createdAt: string;
  state: 'sending' | 'waiting' | 'failed';
  error?: unknown;
};

type Dependencies = {
  send: (send: PendingSend) => Promise<Message>;
  /** The message is durable; called before the send leaves the outbox, so that it is never on neither side. */
  onSent: (message: Message) => void;
  /** False while there is no network: nothing is tried then. */
  isOnline: () => boolean;
  /** False while the server is out of reach as far as the live connection knows: a failure then means waiting, not refusal. */
  isConnected: () => boolean;
  /** Whether an error says that the same send may work later. */
  isPassing: (error: unknown) => boolean;
  load: () => PendingSend[];
  save: (sends: PendingSend[]) => void;
};

export type Outbox = ReturnType<typeof createOutbox>;

/** Sends in the order of writing, room by room, one at a time each; keeps what could not be sent, through reloads too. */
export function createOutbox({ send, onSent, isOnline, isConnected, isPassing, load, save }: Dependencies) {
  let sends: readonly PendingSend[] = load().map(({ error: _, ...rest }) => ({ ...rest, state: 'waiting' }));
  const busyRooms = new Set<string>();
  const listeners = new Set<() => void>();
  let isStopped = false;

  function update(next: readonly PendingSend[]): void {
    sends = next;
    if (!isStopped) save([...sends]);
    for (const listener of listeners) listener();
  }

  const change = (nonce: string, state: PendingSend['state'], error?: unknown) =>
    update(sends.map((entry) => (entry.nonce === nonce ? { ...withoutError(entry), state, ...(error === undefined ? {} : { error }) } : entry)));
  const remove = (nonce: string) => update(sends.filter((entry) => entry.nonce !== nonce));

  async function drain(roomId: string): Promise<void> {
    if (busyRooms.has(roomId)) return;
    busyRooms.add(roomId);
    try {
      for (;;) {
        const next = sends.find((entry) => entry.roomId === roomId && entry.state !== 'failed');
        if (!next || isStopped) return;
        if (next.state === 'waiting') change(next.nonce, 'sending');
        if (!(await attempt(next))) return;
      }
    } finally {
      busyRooms.delete(roomId);
    }
  }

  /** False: the connection is away, and what was written later has to wait its turn. */
  async function attempt(entry: PendingSend): Promise<boolean> {
    try {
      const message = await send(entry);
      if (isStopped) return false;
      onSent(message);
      remove(entry.nonce);
    } catch (error) {
      if (isStopped) return false;
      if (isPassing(error) && !isConnected()) {
        update(sends.map((other) => (other.roomId === entry.roomId && other.state === 'sending' ? { ...other, state: 'waiting' } : other)));
        return false;
      }
      change(entry.nonce, 'failed', error);
    }
    return true;
  }

  const drainAll = () => {
    for (const roomId of new Set(sends.map((entry) => entry.roomId))) void drain(roomId);
  };

  return {
    add(roomId: string, content: string): void {
      const state = isOnline() ? 'sending' : 'waiting';
      update([...sends, { nonce: createNonce(), roomId, content, createdAt: new Date().toISOString(), state }]);
      if (isOnline()) void drain(roomId);
    },
    retry(nonce: string): void {
      const entry = sends.find((candidate) => candidate.nonce === nonce);
      if (!entry) return;
      change(nonce, 'sending');
      void drain(entry.roomId);
    },
    discard: remove,
    /** The message is known by another way (its event): nothing is left to send. */
    settle(nonce: string): void {
      if (sends.some((entry) => entry.nonce === nonce)) remove(nonce);
    },
    /** What waits is tried again. */
    wake(): void {
      if (isOnline()) drainAll();
    },
    /** The connection is back: what failed for want of it counts as waiting too. */
    revive(): void {
      update(sends.map((entry) => (entry.state === 'failed' && isPassing(entry.error) ? { ...withoutError(entry), state: 'waiting' } : entry)));
      drainAll();
    },
    all: (): readonly PendingSend[] => sends,
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    /** What is in it stays stored for the next time this user is here. */
    stop(): void {
      isStopped = true;
    },
  };
}

const withoutError = ({ error: _, ...rest }: PendingSend): PendingSend => rest;

// Not crypto.randomUUID: it is missing on plain-http origins, where self-hosted servers do live.
function createNonce(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

import type { ServiceFrame, StreamId } from '@confab/contract';
import type { StreamEvent } from '@confab/stream';

import type { Access } from './access.ts';
import type { Flusher } from './flusher.ts';
import { eventFrame, serviceFrame } from './frames.ts';
import type { Hub } from './hub.ts';
import { createOutbound, type Wire } from './outbound.ts';
import type { ResyncReason, Standing } from './reader.ts';
import { createReaders, type Readers } from './readers.ts';

/** What goes out over one socket: frames in order, and once it is identified, its streams. */
export interface Delivery {
  send(frame: ServiceFrame): void;
  /** What may be lost; only the latest of a key is kept. False: not taken, the queue is too long. */
  sendEphemeral(key: string, frame: ServiceFrame): boolean;
  /** Begins the user's streams, each at its cursor or at its head. */
  start(userId: string, standings: readonly Standing[], cursors: Cursors): Readers;
  queuedBytes(): number;
  blockedSince(): number | null;
  /** The wire has taken everything. */
  drained(): void;
  close(): void;
}

export interface Cursors {
  readonly epoch: string | undefined;
  readonly seqs: Readonly<Record<string, number | null>>;
}

export interface DeliveryDeps {
  readonly wire: Wire;
  readonly flusher: Flusher;
  readonly hub: Pick<Hub, 'enter' | 'leave'>;
  readonly access: Pick<Access, 'standing' | 'standings'>;
  now(): number;
  later(delayMs: number, work: () => void): void;
  /** The session with this id has ended; it may not be this socket's. */
  sessionEnded(sessionId: string): void;
  delivered(event: StreamEvent): void;
  /** The socket is too far behind: its streams wait until it has drained. */
  demoted(queuedBytes: number): void;
  resynced(stream: StreamId, reason: ResyncReason): void;
  synced(stream: StreamId): void;
}

export function createDelivery({ wire, flusher, hub, access, now, later, sessionEnded, delivered, demoted, resynced, synced }: DeliveryDeps): Delivery {
  let readers: Readers | undefined;
  function onOverflow(): void {
    if (readers === undefined) return;
    readers.demote();
    demoted(outbound.queuedBytes());
  }
  const outbound = createOutbound({ wire, flusher, now, onOverflow, onRoom: () => readers?.advance() });
  const send = (frame: ServiceFrame) => outbound.push(serviceFrame(frame));

  return {
    send,
    sendEphemeral: (key, frame) => outbound.pushEphemeral(key, serviceFrame(frame)),
    start(userId, standings, { epoch, seqs }) {
      readers = createReaders({
        userId,
        enter: hub.enter,
        leave: hub.leave,
        standing: (stream) => access.standing(userId, stream),
        standings: () => access.standings(userId),
        hasRoom: outbound.hasRoom,
        sendEvent(event) {
          outbound.push(eventFrame(event));
          delivered(event);
        },
        sendEphemeral({ type, stream, userId: by, d }) {
          outbound.pushEphemeral(`${type} ${stream} ${by}`, serviceFrame({ t: type, d }));
        },
        sendSynced(stream, seq) {
          send({ t: 'synced', d: {}, r: stream, s: seq });
          synced(stream);
        },
        sendResync(stream, { head, epoch: present }, reason) {
          send({ t: 'resync', d: { head, epoch: present, reason }, r: stream, s: head });
          resynced(stream, reason);
        },
        sessionEnded,
        later,
      });
      for (const standing of standings) readers.begin(standing, { epoch, seq: seqs[standing.stream] ?? null });
      return readers;
    },
    queuedBytes: outbound.queuedBytes,
    blockedSince: outbound.blockedSince,
    drained: outbound.drained,
    close() {
      readers?.close();
      outbound.close();
    },
  };
}


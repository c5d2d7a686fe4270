import type { ClientFrame, StreamId } from '@confab/contract';
import { AppError } from '@confab/runtime';
import type { StreamEvent } from '@confab/stream';

import { type Access, mostToldPresences } from './access.ts';
import type { Watch } from './presences.ts';

type FocusData = Extract<ClientFrame, { t: 'focus' }>['d'];

/** Whose presence one connection watches: the members of the room it looks at, unless they are too many, and its list. */
export interface Focus {
  /** Throws room.not_found for a room that the connection does not follow. */
  set(d: FocusData): Promise<void>;
  /** The connection has met an event, and who shares a room with whom may have changed. */
  heard(event: StreamEvent): void;
  /** Events of the stream were left out, or it is not followed any more. */
  suspect(stream: StreamId): void;
  close(): void;
}

export interface FocusDeps {
  readonly userId: string;
  readonly access: Pick<Access, 'acquainted' | 'fellows'>;
  readonly watch: Watch;
  follows(stream: StreamId): boolean;
  later(delayMs: number, work: () => void): void;
}

/** Changes come in numbers; and so soon a question that failed is asked again. */
const settleMs = 1_000;

/** Who shares no room with the user is not watched: that somebody is there is for those who meet him. */
export function createFocus({ userId, access, watch, follows, later }: FocusDeps): Focus {
  let roomId: string | null = null;
  let list: readonly string[] = [];
  /** Rises with everything that makes an answer under way too old. */
  let generation = 0;
  let isLookPlanned = false;
  let isClosed = false;

  async function look(): Promise<void> {
    const mine = (generation += 1);
    const room = roomId;
    const [fellows, acquainted] = await Promise.all([room === null ? [] : access.fellows(userId, room, mostToldPresences), access.acquainted(userId, list)]);
    if (isClosed || mine !== generation) return;
    if (fellows === undefined) roomId = null;
    const members = fellows === undefined || fellows.length > mostToldPresences ? [] : fellows;
    watch.set(new Set([...members, ...acquainted]));
    if (fellows === undefined) throw new AppError('room.not_found');
  }

  function lookAgain(): void {
    if (isLookPlanned) return;
    isLookPlanned = true;
    later(settleMs, () => {
      isLookPlanned = false;
      if (isClosed) return;
      look().catch((error: unknown) => {
        if (error instanceof AppError || isClosed) return;
        // What may not be for him any more is not told until somebody says that it is.
        watch.set(new Set());
        lookAgain();
      });
    });
  }

  return {
    async set(d) {
      if (d.roomId !== null && !follows(`room:${d.roomId}`)) throw new AppError('room.not_found');
      roomId = d.roomId;
      list = d.watch ?? list;
      await look();
    },
    heard({ type, stream, subjectUserId }) {
      if (roomId === null && list.length === 0) return;
      if (type !== 'member.added' && type !== 'member.removed') return;
      const isOwn = subjectUserId === userId;
      const isWatched = subjectUserId !== null && list.includes(subjectUserId);
      if (stream === `room:${roomId}` || isOwn || isWatched) lookAgain();
    },
    suspect(stream) {
      if (stream !== `room:${roomId}`) return;
      if (!follows(stream)) roomId = null;
      lookAgain();
    },
    close() {
      isClosed = true;
      watch.close();
    },
  };
}

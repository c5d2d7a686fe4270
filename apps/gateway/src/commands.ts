import type { ClientFrame, StreamId } from '@confab/contract';
import { AppError } from '@confab/runtime';
import type { Streams } from '@confab/stream';

import type { Access } from './access.ts';
import { createBucket } from './bucket.ts';
import type { Readers } from './readers.ts';

type Data<T extends ClientFrame['t']> = Extract<ClientFrame, { t: T }>['d'];

/** What an identified client may ask for. What is refused throws an AppError. */
export interface Commands {
  subscribe(d: Data<'subscribe'>): Promise<void>;
  unsubscribe(d: Data<'unsubscribe'>): void;
  typing(d: Data<'typing'>): void;
}

export interface CommandsDeps {
  readonly userId: string;
  /** Of the cursors that the client brought. */
  readonly epoch: string | undefined;
  readonly readers: Readers;
  readonly access: Pick<Access, 'standings'>;
  readonly streams: Pick<Streams, 'whisper'>;
  now(): number;
}

/** Typing is said again while it lasts, and forgotten by itself. */
const typingExpiresMs = 5_000;

export function createCommands({ userId, epoch, readers, access, streams, now }: CommandsDeps): Commands {
  const typingBucket = createBucket({ burst: 5, perSecond: 1, now });

  return {
    async subscribe(d) {
      const standings = new Map((await access.standings(userId)).map((standing) => [standing.stream as string, standing]));
      for (const [stream, seq] of Object.entries(d.streams)) {
        const standing = standings.get(stream);
        if (standing !== undefined) readers.begin(standing, { seq, epoch });
      }
      refuse(Object.keys(d.streams).filter((stream) => !standings.has(stream)));
    },

    unsubscribe(d) {
      const own: StreamId = `user:${userId}`;
      const streams = Object.keys(d.streams) as StreamId[];
      if (streams.includes(own)) throw new AppError('frame.invalid', { detail: 'Your own stream belongs to the connection.' });
      const unknown = streams.filter((stream) => !readers.has(stream));
      for (const stream of streams) readers.end(stream);
      refuse(unknown);
    },

    typing({ roomId, parentMessageId }) {
      const stream: StreamId = `room:${roomId}`;
      if (!readers.has(stream)) throw new AppError('room.not_found');
      // Too often is not worth an answer: it may be lost anyway.
      if (!typingBucket.take()) return;
      const d = { roomId, userId, expiresInMs: typingExpiresMs, ...(parentMessageId === undefined ? {} : { parentMessageId }) };
      streams.whisper({ type: 'typing', stream, userId, d });
    },
  };
}

function refuse(unknown: readonly string[]): void {
  if (unknown.length === 0) return;
  throw new AppError('stream.not_found', { errors: unknown.map((stream) => ({ path: `/d/streams/${stream}`, message: 'is not yours' })) });
}

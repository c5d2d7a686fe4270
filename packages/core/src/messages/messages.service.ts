import { createHash } from 'node:crypto';

import type { operations, Schemas } from '@confab/contract';
import type { Database } from '@confab/db';
import { renderMarkdown } from '@confab/markdown';
import { AppError } from '@confab/runtime';
import { AppendRefused, type Streams } from '@confab/stream';

import type { Actor } from '../actor.ts';
import type { StandingCache } from '../members/standings.store.ts';
import { assertMay } from '../rooms/rooms.policy.ts';
import { findStanding } from '../rooms/rooms.repository.ts';
import { isBlank } from '../text.ts';
import { presentPage, windowOf, type Anchor } from './history.ts';
import { newestKept, type NewestCache } from './newest.store.ts';
import { presentMessage } from './messages.presenter.ts';
import { advancingReadMarker, findMessageByNonce, findMessageSeq, listRoots } from './messages.repository.ts';
import { createOutbox, nonceReused, type Sent } from './outbox.ts';

export type ListMessagesQuery = NonNullable<operations['listMessages']['parameters']['query']>;

export type { Sent } from './outbox.ts';

export interface Messages {
  send(actor: Actor, roomId: string, body: Schemas['CreateMessageRequest']): Promise<Sent>;
  list(actor: Actor, roomId: string, query: ListMessagesQuery): Promise<Schemas['MessagePage']>;
  markRead(actor: Actor, roomId: string, body: Schemas['MarkReadRequest']): Promise<Schemas['ReadMarker']>;
}

export interface MessagesDependencies {
  readonly database: Database;
  readonly streams: Streams;
  readonly standings: StandingCache;
  readonly newest: NewestCache;
}

/** Each try that is refused without a reason that lasts met a member who left and came back in the meantime. */
const tries = 3;

export function createMessages({ database, streams, standings, newest }: MessagesDependencies): Messages {
  const outbox = createOutbox({ database, streams, newest });

  /** What opening a room asks for. */
  async function listNewest(actor: Actor, roomId: string, limit: number): Promise<Schemas['MessagePage']> {
    const standing = await standings.find(roomId, actor.userId);
    assertMay('read', standing ?? (await database.read((db) => findStanding(db, roomId, actor.userId))));
    return newest.get(roomId, limit);
  }

  async function findFirst(actor: Actor, roomId: string, nonce: string, requestHash: Buffer): Promise<Sent | undefined> {
    // Its commit says from where on a replica shows the first one: that one's answer may never have come.
    const first = await database.write((tx) => findMessageByNonce(tx, roomId, actor.userId, nonce));
    if (first === undefined) return undefined;
    if (!first.request_hash.equals(requestHash)) throw nonceReused();
    return { message: presentMessage(first), replayed: true };
  }

  return {
    async send(actor, roomId, body) {
      if (isBlank(body.content)) throw new AppError('request.invalid', { errors: [{ path: '/body/content', message: 'must show something' }] });
      // Before anything is locked: a long text takes its time.
      const { html } = renderMarkdown(body.content);
      const requestHash = hashRequest(null, body.content);
      for (let attempt = 0; attempt < tries; attempt += 1) {
        const sent = (await outbox.send({ userId: actor.userId, roomId, ...body, html, requestHash })) ?? (await findFirst(actor, roomId, body.nonce, requestHash));
        if (sent !== undefined) return sent;
      }
      throw new AppError('service.overloaded', { retryAfterSeconds: 1 });
    },

    async list(actor, roomId, { before, after, around, limit = 50 }) {
      if ((before ?? after ?? around) === undefined && limit <= newestKept) return listNewest(actor, roomId, limit);
      const anchors = Object.entries({ before, after, around }).filter(([, id]) => id !== undefined);
      if (anchors.length > 1) {
        throw new AppError('request.invalid', { errors: anchors.map(([name]) => ({ path: `/query/${name}`, message: 'must be the only one of before, after and around' })) });
      }
      const [anchor, messageId] = (anchors[0] ?? ['newest', undefined]) as [Anchor, string | undefined];
      return database.read(async (db) => {
        assertMay('read', await findStanding(db, roomId, actor.userId));
        const seq = messageId === undefined ? 0 : await findMessageSeq(db, roomId, messageId);
        if (seq === undefined) throw new AppError('cursor.invalid');
        const window = windowOf(anchor, seq, limit);
        return presentPage(await listRoots(db, roomId, window.pivot, window.older + 1, window.newer + 1), window);
      });
    },

    async markRead(actor, roomId, { seq }) {
      const standing = await findStanding(database.primary, roomId, actor.userId);
      assertMay('read', standing);
      if (seq > standing.head) throw new AppError('read_marker.ahead');
      const stream = `user:${actor.userId}` as const;
      const marker = { roomId, seq };
      if (standing.read_seq !== null && seq <= standing.read_seq) return { roomId, seq: standing.read_seq };
      try {
        const events = await database.write((tx) =>
          streams.append(tx, [{ stream }], (places) => ({
            row: advancingReadMarker(roomId, actor.userId, seq),
            events: places.map((place) => ({ stream, seq: place.seq, type: 'read.updated', d: marker })),
          })),
        );
        streams.publish(events);
        return marker;
      } catch (error) {
        if (!(error instanceof AppendRefused)) throw error;
        // Another device was quicker and further, or he is no member any more.
        const now = await findStanding(database.primary, roomId, actor.userId);
        assertMay('read', now);
        return { roomId, seq: now.read_seq ?? seq };
      }
    },
  };
}

/** What must be the same for a repeated nonce to be the same send. */
function hashRequest(parentMessageId: string | null, content: string): Buffer {
  return createHash('sha256').update(JSON.stringify([parentMessageId, content])).digest();
}

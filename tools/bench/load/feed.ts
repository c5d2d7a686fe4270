import { randomUUID } from 'node:crypto';
import type { StreamId } from '@confab/contract';
import { createDatabase } from '@confab/db';
import { createRedis } from '@confab/redis';
import { createLogger } from '@confab/runtime';
import { createStreams, type StreamEvent } from '@confab/stream';
import pg from 'pg';
import { createClient } from 'redis';
import type { Servers } from './load.ts';

/** One message for a room; `mark` stands at the beginning of its content. */
export interface Told {
  readonly roomId: string;
  readonly mark: string;
}

export type FeedKind = 'gateway' | 'reference';

export interface Feed {
  readonly epoch: string;
  /** The number of the newest message that a room was told of. */
  headOf(kind: FeedKind, roomId: string): Promise<number>;
  /** In the log and then in Redis, as after a send, but many with one statement: what a send costs is measured elsewhere. */
  tellGateway(messages: readonly Told[]): Promise<void>;
  /** The same bytes that the gateway makes of it, for whoever passes them on as they are. */
  tellReference(messages: readonly Told[]): Promise<void>;
}

/** One process publishes here what all APIs would: more than it may have under way would be dropped, and found by the gateways seconds later. */
const mostAtOnce = 1_000;
const text = 'The train at a quarter past nine is late again, so start without me please.';

export function createFeed({ databaseUrl, redisUrl }: Servers): () => Promise<Feed> {
  let feed: Promise<Feed> | undefined;
  return () => (feed ??= open(databaseUrl, redisUrl));
}

async function open(databaseUrl: string, redisUrl: string): Promise<Feed> {
  const logger = createLogger({ name: 'bench', level: 'silent', pretty: false });
  const db = createDatabase({ primaryUrl: databaseUrl, replicaUrls: [], applicationName: 'bench', logger });
  const redis = createRedis({ url: redisUrl, name: 'bench', logger, queue: true });
  const streams = createStreams({ db, redis, logger });
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  const plain = createClient({ url: redisUrl });
  plain.on('error', () => undefined);
  await plain.connect();
  const epoch = await streams.epoch();
  // What only the reference was told has no place in the log, where a number without an event is a hole.
  const heads = { gateway: new Map<string, number>(), reference: new Map<string, number>() };

  async function headOf(kind: FeedKind, roomId: string): Promise<number> {
    const known = heads[kind].get(roomId);
    if (known !== undefined) return known;
    const { rows } = await pool.query<{ head: string }>('SELECT head FROM stream WHERE id = $1', [`room:${roomId}`]);
    return Number(rows[0]?.head ?? 0);
  }

  async function next(kind: FeedKind, messages: readonly Told[]): Promise<StreamEvent[]> {
    const events: StreamEvent[] = [];
    for (const { roomId, mark } of messages) {
      const seq = (await headOf(kind, roomId)) + 1;
      heads[kind].set(roomId, seq);
      const [id, authorId, at] = [randomUUID(), randomUUID(), new Date()];
      const author = { id: authorId, username: 'somebody-else', displayName: 'Somebody Else', avatarUrl: null };
      const d = { id, roomId, seq, updatedSeq: seq, type: 'user', author, parentMessageId: null, content: `${mark} ${text}`, html: `<p>${mark} ${text}</p>`, nonce: randomUUID(), createdAt: at.toISOString(), editedAt: null, deletedAt: null };
      events.push({ type: 'message.created', stream: `room:${roomId}` as StreamId, seq, at: at.getTime(), subjectId: id, authorId, subjectUserId: null, control: false, trace: null, payload: JSON.stringify(d), epoch });
    }
    return events;
  }

  async function tellTogether(events: readonly StreamEvent[]): Promise<void> {
    await pool.query({
      name: 'tell',
      text: `WITH told AS (
          INSERT INTO stream_event (stream_id, seq, at, type, subject_id, author_id, control, payload)
          SELECT stream_id, seq, at, 'message.created', subject_id, subject_id, false, payload
          FROM unnest($1::text[], $2::bigint[], $3::timestamptz[], $4::uuid[], $5::text[]) AS event(stream_id, seq, at, subject_id, payload) RETURNING stream_id, seq),
        heads AS (SELECT stream_id, max(seq) AS head FROM told GROUP BY stream_id)
        UPDATE stream SET head = heads.head FROM heads WHERE stream.id = heads.stream_id`,
      values: [events.map(({ stream }) => stream), events.map(({ seq }) => seq), events.map(({ at }) => new Date(at)), events.map(({ subjectId }) => subjectId), events.map(({ payload }) => payload)],
    });
    streams.publish(events);
  }

  return {
    epoch,
    headOf,
    async tellGateway(messages) {
      for (let first = 0; first < messages.length; first += mostAtOnce) await tellTogether(await next('gateway', messages.slice(first, first + mostAtOnce)));
    },
    async tellReference(messages) {
      for (const { type, stream, seq, payload } of await next('reference', messages)) void plain.publish('broadcast', `${stream.slice('room:'.length)}{"t":"${type}","d":${payload},"r":"${stream}","s":${seq}}`);
    },
  };
}

import type { StreamId } from '@confab/contract';
import type { StreamEvent } from '@confab/stream';

import type { createAccess } from '../access.ts';
import type { createDelivery, Delivery } from '../delivery.ts';
import type { createFeed } from '../feed.ts';
import type { createFlusher } from '../flusher.ts';
import type { serviceFrame } from '../frames.ts';
import type { createHub, Hub } from '../hub.ts';
import type { RoomNews } from '../room.ts';
import type { Client } from './client.ts';
import type { SimulatedDatabase } from './database.ts';
import type { SimulatedRedis } from './redis.ts';
import { createPeer, type Peer } from './peer.ts';
import type { Time } from './time.ts';

/** The gateway's own code: as it is, or a copy that was broken on purpose. */
export interface Code {
  readonly createAccess: typeof createAccess;
  readonly createDelivery: typeof createDelivery;
  readonly createFeed: typeof createFeed;
  readonly createFlusher: typeof createFlusher;
  readonly createHub: typeof createHub;
  readonly serviceFrame: typeof serviceFrame;
}

export interface World {
  readonly time: Time;
  readonly database: SimulatedDatabase;
  readonly redis: SimulatedRedis;
  readonly code: Code;
  told(news: RoomNews): void;
  violated(problem: string): void;
}

export interface Node {
  connect(client: Client, onClosed: () => void): Connection;
  crash(): void;
}

export interface Connection {
  readonly peer: Peer;
  close(): void;
}

/** More than the socket's limit by what may be said while it is over it. */
const mostQueuedBytes = (256 + 48) * 1024;

/** One gateway process: the real hub, feed, access and delivery over what is simulated. */
export function createNode({ time, database, redis, code, told, violated }: World): Node {
  let isDead = false;
  const connections = new Set<{ end(): void }>();
  /** Never answers once the process is dead. */
  const call = <T>(work: () => T): Promise<T> => time.call(work).then((value) => (isDead ? new Promise<T>(() => undefined) : value));
  const later = (delayMs: number, work: () => void) => time.at(delayMs, () => isDead || work());

  const subscriber = redis.subscriber(() => void hub.checkAll());
  const streams = {
    epoch: () => call(() => database.epoch),
    heads: (ids: readonly StreamId[]) => call(() => new Map(ids.map((id) => [id, database.head(id)]))),
    hotRun: (stream: StreamId, afterSeq: number) => call(() => redis.hotRun(database.epoch, stream, afterSeq)),
    backfill: (stream: StreamId, afterSeq: number, limit: number): Promise<StreamEvent[]> => call(() => database.read(stream, afterSeq, limit)),
  };
  const membership = {
    streams: (user: string) =>
      call(() => {
        const rooms = database.roomsOf(user).map((room) => ({ roomId: room.slice(5), joinedSeq: database.joinedSeq(room, user) ?? 0, head: database.head(room) }));
        return { head: database.head(`user:${user}`), rooms };
      }),
    membership: (user: string, roomId: string) =>
      call(() => {
        const joinedSeq = database.joinedSeq(`room:${roomId}`, user);
        return joinedSeq === undefined ? undefined : { roomId, joinedSeq };
      }),
  };
  const notAsked = () => Promise.reject(new Error('is not asked here'));
  const core = { access: { ...membership, entrances: notAsked, acquainted: notAsked, fellows: notAsked, isLive: notAsked }, tickets: { create: notAsked, read: notAsked, renew: notAsked } };
  const access = code.createAccess({ core, streams });
  const feed = code.createFeed({ subscriber, later });
  const hub: Hub = code.createHub({ streams, feed, later, told });
  const flusher = code.createFlusher({ defer: (work) => later(0.01, work), later, now: time.now, gatherMs: () => (Math.floor(time.now()) % 3 === 0 ? 25 : 0) });

  async function identify(client: Client, delivery: Delivery): Promise<void> {
    const { cursors, epoch } = client;
    const standings = await access.standings(client.user);
    const heads = Object.fromEntries(standings.map(({ stream, head }) => [stream, head]));
    const user = { id: client.user, username: 'someone', displayName: 'Someone' };
    delivery.send({ t: 'ready', d: { user, epoch: standings[0]?.epoch ?? '', streams: heads, refused: [] } });
    delivery.start(client.user, standings, { epoch, seqs: cursors });
  }

  return {
    connect(client, onClosed) {
      const peer = createPeer(time, (text) => client.receive(text), () => delivery.drained());
      const delivery = code.createDelivery({
        wire: peer.wire,
        context: { flusher, hub, access, clock: time, later },
        owner: {
          sessionEnded: () => undefined,
          resynced: () => undefined,
          demoted: () => undefined,
          synced: () => undefined,
          delivered() {
            if (delivery.queuedBytes() > mostQueuedBytes) violated(`${delivery.queuedBytes()} bytes are queued for one socket`);
          },
        },
      });
      const connection = {
        end() {
          if (!connections.delete(connection)) return;
          peer.cut();
          if (!isDead) delivery.close();
          client.disconnected();
          onClosed();
        },
      };
      connections.add(connection);
      identify(client, delivery).catch(() => connection.end());
      return { peer, close: connection.end };
    },
    crash() {
      isDead = true;
      subscriber.kill();
      for (const connection of connections) connection.end();
    },
  };
}

import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { createClient } from 'redis';
import { WebSocketServer, type WebSocket } from 'ws';

export interface LeastMessage {
  readonly room: string;
  readonly content: string;
  readonly nonce: string;
}

export interface LeastChat {
  /** `acknowledge` is given the message as JSON, once it is in PostgreSQL. */
  send(message: LeastMessage, acknowledge: (body: string) => void): void;
  /** Opens the sockets beside what the server answers, and says where. */
  listen(server: Server): void;
}

interface Waiting extends LeastMessage {
  readonly id: string;
  readonly seq: number;
  readonly at: Date;
  readonly acknowledge: (body: string) => void;
}

/** Whatever came in within one tick of the loop is one INSERT, and then goes through Redis to the sockets of its rooms. Numbers are given out in memory. */
export async function startLeastChat(): Promise<LeastChat> {
  const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'] ?? '', max: 10 });
  await pool.query('CREATE TABLE IF NOT EXISTS minimum_message (id uuid PRIMARY KEY, room_id uuid NOT NULL, seq bigint NOT NULL, content text NOT NULL, nonce text NOT NULL, created_at timestamptz NOT NULL)');
  const redis = createClient({ url: process.env['REDIS_URL'] ?? '' });
  const feed = redis.duplicate();
  for (const client of [redis, feed]) client.on('error', () => process.exit(1));
  await Promise.all([redis.connect(), feed.connect()]);

  // Each process has its own sockets.
  const channel = randomUUID();
  const heads = new Map<string, number>();
  let batch: Waiting[] = [];

  async function flush(): Promise<void> {
    const taken = batch;
    batch = [];
    await pool.query({
      name: 'insert',
      text: 'INSERT INTO minimum_message SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::timestamptz[])',
      values: [taken.map(({ id }) => id), taken.map(({ room }) => room), taken.map(({ seq }) => seq), taken.map(({ content }) => content), taken.map(({ nonce }) => nonce), taken.map(({ at }) => at)],
    });
    for (const { acknowledge, room, ...message } of taken) {
      const body = JSON.stringify({ roomId: room, ...message });
      acknowledge(body);
      void redis.publish(channel, `${room}{"t":"message.created","d":${body}}`);
    }
  }

  const rooms = new Map<string, Set<WebSocket>>();
  await feed.subscribe(channel, (text) => {
    const frame = text.slice(36);
    for (const socket of rooms.get(text.slice(0, 36)) ?? []) socket.send(frame);
  });

  return {
    send(message, acknowledge) {
      const seq = (heads.get(message.room) ?? 0) + 1;
      heads.set(message.room, seq);
      if (batch.push({ ...message, id: randomUUID(), seq, at: new Date(), acknowledge }) === 1) setImmediate(() => void flush());
    },
    listen(server) {
      new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket, request) => {
        const room = request.url?.slice('/rooms/'.length) ?? '';
        const sockets = rooms.get(room) ?? new Set();
        rooms.set(room, sockets.add(socket));
        socket.on('close', () => sockets.delete(socket));
      });
      process.on('SIGTERM', () => process.exit());
      server.listen(0, '127.0.0.1', () => process.stdout.write(`${JSON.stringify({ msg: 'ready', port: (server.address() as AddressInfo).port })}\n`));
    },
  };
}

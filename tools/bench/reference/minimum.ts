import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { createClient } from 'redis';
import { WebSocketServer, type WebSocket } from 'ws';

/**
 * The least that has Confab's shape: a message comes in by HTTP, is in PostgreSQL before it is acknowledged, and goes through Redis to
 * the sockets of its room. Whatever came in within one tick of the loop is one INSERT. Nothing is validated, nobody is asked who he is,
 * nothing is limited, logged, rendered, deduplicated or resumable, and numbers are given out in memory, as if there were never a second process.
 */
const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'] ?? '', max: 10 });
await pool.query('CREATE TABLE IF NOT EXISTS minimum_message (id uuid PRIMARY KEY, room_id uuid NOT NULL, seq bigint NOT NULL, content text NOT NULL, nonce text NOT NULL, created_at timestamptz NOT NULL)');
const redis = createClient({ url: process.env['REDIS_URL'] ?? '' });
const feed = redis.duplicate();
for (const client of [redis, feed]) client.on('error', () => process.exit(1));
await Promise.all([redis.connect(), feed.connect()]);

interface Waiting {
  readonly id: string;
  readonly room: string;
  readonly seq: number;
  readonly content: string;
  readonly nonce: string;
  readonly at: Date;
  readonly acknowledge: (body: string) => void;
}

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
    void redis.publish('minimum', `${room}{"t":"message.created","d":${body}}`);
  }
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { content, nonce } = JSON.parse(Buffer.concat(chunks).toString()) as { content: string; nonce: string };
    const room = request.url?.split('/')[4] ?? '';
    const seq = (heads.get(room) ?? 0) + 1;
    heads.set(room, seq);
    const acknowledge = (body: string): void => void response.writeHead(201, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }).end(body);
    if (batch.push({ id: randomUUID(), room, seq, content, nonce, at: new Date(), acknowledge }) === 1) setImmediate(() => void flush());
  });
});

const rooms = new Map<string, Set<WebSocket>>();
new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket, request) => {
  const room = request.url?.slice('/rooms/'.length) ?? '';
  const sockets = rooms.get(room) ?? new Set();
  rooms.set(room, sockets.add(socket));
  socket.on('close', () => sockets.delete(socket));
});
await feed.subscribe('minimum', (text) => {
  const frame = text.slice(36);
  for (const socket of rooms.get(text.slice(0, 36)) ?? []) socket.send(frame);
});

process.on('SIGTERM', () => process.exit());
server.listen(0, '127.0.0.1', () => process.stdout.write(`${JSON.stringify({ msg: 'ready', port: (server.address() as AddressInfo).port })}\n`));

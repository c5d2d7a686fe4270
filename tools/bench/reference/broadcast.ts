import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from 'redis';
import { WebSocketServer, type WebSocket } from 'ws';

/** What ws alone does: the text that comes over Redis goes to every socket of its room. Whoever asks for what he missed is sent the newest of it. */
const kept = 20;
const feed = createClient({ url: process.env['REDIS_URL'] ?? '' });
// Redis cuts off whoever reads too slowly; what it was told meanwhile is lost.
feed.on('error', () => undefined);
await feed.connect();

interface Room {
  readonly sockets: Set<WebSocket>;
  readonly newest: string[];
}

const rooms = new Map<string, Room>();

function roomOf(id: string): Room {
  const room = rooms.get(id) ?? { sockets: new Set(), newest: [] };
  rooms.set(id, room);
  return room;
}

await feed.subscribe('broadcast', (text) => {
  const { sockets, newest } = roomOf(text.slice(0, 36));
  const frame = text.slice(36);
  newest.push(frame);
  if (newest.length > kept) newest.shift();
  for (const socket of sockets) socket.send(frame);
});

const server = createServer();
new WebSocketServer({ server, perMessageDeflate: false, clientTracking: false }).on('connection', (socket, { url = '' }) => {
  const room = roomOf(url.slice('/rooms/'.length).slice(0, 36));
  room.sockets.add(socket);
  socket.on('close', () => room.sockets.delete(socket));
  if (url.endsWith('?missed')) for (const frame of room.newest) socket.send(frame);
});

process.on('SIGTERM', () => process.exit());
server.listen(0, '127.0.0.1', () => process.stdout.write(`${JSON.stringify({ msg: 'ready', port: (server.address() as AddressInfo).port })}\n`));

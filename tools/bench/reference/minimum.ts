import { createServer } from 'node:http';
import { startLeastChat, type LeastMessage } from './least-chat.ts';

/**
 * The least that has Confab's shape: a message comes in by HTTP, is in PostgreSQL before it is acknowledged, and goes through Redis to
 * the sockets of its room. Nothing is validated, nobody is asked who he is, nothing is limited, logged, rendered, deduplicated or
 * resumable, and numbers are given out as if there were never a second process.
 */
const chat = await startLeastChat();
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { content, nonce } = JSON.parse(Buffer.concat(chunks).toString()) as Omit<LeastMessage, 'room'>;
    const room = request.url?.split('/')[4] ?? '';
    chat.send({ room, content, nonce }, (body) => void response.writeHead(201, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }).end(body));
  });
});
chat.listen(server);

import type { ServerResponse } from 'node:http';

/** In one write with its headers. To a HEAD node sends those alone. */
export function answerJson(response: ServerResponse, status: number, body: unknown, type = 'application/json'): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) }).end(text);
}

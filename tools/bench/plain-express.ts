import { createInterface } from 'node:readline';
import type { AddressInfo } from 'node:net';
import express from 'express';

/** Answers what it was told, byte for byte, and does nothing else: what HTTP costs before anybody thinks. A line `path base64` tells it. */
const answers = new Map<string, Buffer>();
const app = express().disable('x-powered-by').disable('etag');
app.use((request, response) => {
  const body = answers.get(request.path);
  if (body === undefined) response.status(404).end();
  else response.type('application/json').send(body);
});
createInterface({ input: process.stdin }).on('line', (line) => {
  const [path = '', body = ''] = line.split(' ');
  answers.set(path, Buffer.from(body, 'base64'));
});
const server = app.listen(0, '127.0.0.1', () => console.log(`listening ${(server.address() as AddressInfo).port}`));

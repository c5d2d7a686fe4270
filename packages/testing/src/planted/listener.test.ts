// leaves: 1 listening sockets
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'vitest';

test('leaves something', async () => {
  await once(createServer().listen(0, '127.0.0.1'), 'listening');
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createTestDatabase } from './database.ts';
import { countResources, throwOnLeaks } from './leaks.ts';

test('a child process, a server and a socket are found until they have ended', async () => {
  const before = countResources();
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  await expect(throwOnLeaks(before, 100)).rejects.toThrow(/child processes.*sockets.*listening sockets/);
  child.kill('SIGKILL');
  socket.destroy();
  server.close();
  await throwOnLeaks(before);
});

test('a database is found', async () => {
  const before = countResources();
  const { name } = await createTestDatabase();
  await expect(throwOnLeaks(before, 0)).rejects.toThrow(name);
});

test('connections that fetch keeps for later are none', async () => {
  const { createServer: createHttpServer } = await import('node:http');
  const before = countResources();
  const server = createHttpServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)).text();
  server.close();
  server.closeAllConnections();
  await throwOnLeaks(before);
});

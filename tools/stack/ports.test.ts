import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { createPorts } from './ports.ts';

test('a preferred port that is taken is passed over, and one asked for by name is refused', async () => {
  const server = createServer();
  const port = await createPorts().take();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  try {
    const ports = createPorts();
    const other = await ports.take(port);
    expect(other).not.toBe(port);
    expect(other).toBeLessThan(32_768);
    await expect(ports.claim(port, 'API_PORT')).rejects.toThrow(`API_PORT=${port}`);
  } finally {
    server.close();
  }
});

test('no port is handed out twice', async () => {
  const ports = createPorts();
  const first = await ports.take();
  expect(await ports.take(first)).not.toBe(first);
});

import { createServer } from 'node:net';

/** Below the ports the kernel gives out by itself, and below those of the stack that the tests run on. Each worker has its own thousand. */
export async function freePort(): Promise<number> {
  const begin = 10_000 + (Number(process.env['VITEST_POOL_ID'] ?? 0) % 10) * 1000;
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = begin + Math.floor(Math.random() * 1000);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port between ${begin} and ${begin + 1000}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

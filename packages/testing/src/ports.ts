import { createServer } from 'node:net';

/** Below the ports the kernel gives out by itself, and below those of the stack that the tests run on. Each worker has its own thousand, and projects that run beside each other have their own workers. */
export async function freePort(): Promise<number> {
  const first = Number(process.env['CONFAB_TEST_PORTS_FROM'] ?? 10_000);
  const begin = first + (Number(process.env['VITEST_POOL_ID'] ?? 0) % 5) * 1000;
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

import { createServer, connect, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

export interface Balancer {
  readonly url: string;
  /** Those that said lately that they are ready. */
  readonly ready: ReadonlySet<Backend>;
  stop(): Promise<void>;
}

export interface Backend {
  readonly port: number;
  readonly opsPort: number;
}

/** What stands before several APIs: gives each connection to the next of those that are ready, by what they say of themselves. */
export async function startBalancer(backends: readonly Backend[], { everyMs = 200 } = {}): Promise<Balancer> {
  const ready = new Set<Backend>();
  const sockets = new Set<Socket>();
  let turn = 0;

  async function look(): Promise<void> {
    await Promise.all(
      backends.map(async (backend) => {
        const isReady = await fetch(`http://127.0.0.1:${backend.opsPort}/health/ready`, { signal: AbortSignal.timeout(2_000) }).then(({ ok }) => ok, () => false);
        if (isReady) ready.add(backend);
        else ready.delete(backend);
      }),
    );
  }

  function join(client: Socket, left: readonly Backend[]): void {
    const [next, ...others] = left;
    if (next === undefined) return void client.destroy();
    const server = connect(next.port, '127.0.0.1');
    server.once('connect', () => {
      for (const socket of [client, server]) sockets.add(socket.once('close', () => sockets.delete(socket)));
      client.pipe(server).pipe(client);
      client.on('close', () => server.destroy());
      server.on('close', () => client.destroy()).on('error', () => client.destroy());
    });
    server.once('error', () => {
      if (!sockets.has(server)) join(client, others);
    });
  }

  const server = createServer((client) => {
    client.on('error', () => client.destroy());
    const candidates = [...ready];
    const first = turn++ % Math.max(1, candidates.length);
    join(client, [...candidates.slice(first), ...candidates.slice(0, first)]);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await look();
  const looking = setInterval(() => void look(), everyMs);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ready,
    async stop() {
      clearInterval(looking);
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

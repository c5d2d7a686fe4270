import { createServer } from 'node:net';

/** Above it lie the ports the kernel hands out by itself, which then collide with ours. */
const end = 32_768;
const begin = 20_000;

export type Ports = {
  /** The preferred port when it is free, else another. Never the same twice. */
  take(preferred?: number): Promise<number>;
  /** For a port the user asked for by name: taken means an error, not another. */
  claim(port: number, name: string): Promise<number>;
};

/** `any` has no preferences: two stacks that start at once would both find the usual ports free, and both take them. */
export function createPorts(host = '127.0.0.1', choice: 'usual' | 'any' = 'usual'): Ports {
  const taken = new Set<number>();
  const tryTake = async (port: number): Promise<boolean> => {
    if (taken.has(port)) return false;
    taken.add(port);
    if (await isFree(port, host)) return true;
    taken.delete(port);
    return false;
  };
  return {
    async take(preferred) {
      if (choice === 'usual' && preferred !== undefined && (await tryTake(preferred))) return preferred;
      for (let attempt = 0; attempt < 500; attempt++) {
        const port = begin + Math.floor(Math.random() * (end - begin));
        if (await tryTake(port)) return port;
      }
      throw new Error(`no free port between ${begin} and ${end}`);
    },
    async claim(port, name) {
      if (!(await tryTake(port))) throw new Error(`${name}=${port}: that port is taken on ${host}`);
      return port;
    },
  };
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

import { setTimeout as delay } from 'node:timers/promises';
import { ErrorReply } from 'redis';
import type { Connection, RedisClient } from './client.ts';
import type { Servers } from './servers.ts';
import { slotOf } from './slot.ts';

/** Nobody is known to serve the slot: the cluster cannot be reached, or has lost a node and its replicas. */
export class SlotUnserved extends Error {
  constructor(slot: number) {
    super(`no redis node is known to serve slot ${slot}`);
    this.name = 'SlotUnserved';
  }
}

const mostTries = 5;
const readyMs = 500;
const againMs = 20;

type Command = (client: RedisClient) => Promise<unknown>;

/**
 * Finds the node of a key and follows it where it has gone: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#redirection-and-resharding
 * `patienceMs`: how long a node is waited for that nobody knows yet.
 */
export function createRoute(servers: Servers, patienceMs: number): (key: string | Buffer, command: Command) => Promise<unknown> {
  return async function route(key, command) {
    const slot = slotOf(key);
    let server = servers.of(slot) ?? (await found(servers, slot, patienceMs));
    let isAsking = false;
    for (let tries = 1; ; tries += 1) {
      try {
        return await (isAsking ? asking(server, command) : command(server.inTime()));
      } catch (error) {
        if (!(error instanceof ErrorReply) || tries === mostTries) throw error;
        const [kind, , address = ''] = error.message.split(' ');
        // Its keys are on their way, some here and some there.
        if (kind === 'TRYAGAIN') await delay(againMs * tries);
        else if (kind === 'MOVED' || kind === 'ASK') {
          isAsking = kind === 'ASK';
          server = await ready(isAsking ? servers.taker(address, server) : servers.moved(slot, address, server));
        } else throw error;
      }
    }
  };
}

async function found(servers: Servers, slot: number, patienceMs: number): Promise<Connection> {
  servers.doubt();
  for (const deadline = performance.now() + patienceMs; ; await delay(againMs)) {
    const server = servers.of(slot);
    if (server !== undefined) return server;
    if (performance.now() >= deadline) throw new SlotUnserved(slot);
  }
}

/** In one write, so that nothing comes between. */
async function asking({ inTime }: Connection, command: Command): Promise<unknown> {
  const client = inTime();
  const [, answer] = await Promise.all([client.sendCommand(['ASKING']), command(client)]);
  return answer;
}

/** One that was not known until now. */
async function ready(server: Connection): Promise<Connection> {
  for (const deadline = performance.now() + readyMs; !server.client.isReady && performance.now() < deadline; ) await delay(10);
  return server;
}

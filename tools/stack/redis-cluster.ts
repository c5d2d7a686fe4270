import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import type { Ports } from './ports.ts';
import { startRedis } from './redis.ts';
import type { Redis } from './redis.ts';

export type RedisCluster = {
  /** Of all masters, separated by commas, as REDIS_URL takes them. */
  readonly url: string;
  /** Each holds a third of the slots. */
  readonly masters: readonly Redis[];
  /** The n-th follows the n-th master. */
  readonly replicas: readonly Redis[];
  stop(): Promise<void>;
};

export type RedisClusterOptions = { directory: string; ports: Ports; password: string; replicas?: number; say?: (line: string) => void };

const slots = 16_384;
const masterCount = 3;
const patienceMs = 60_000;

/** Three masters, and replicas for some of them, each a direct child. */
export async function startRedisCluster({ directory, ports, password, replicas: replicaCount = 0, say = () => undefined }: RedisClusterOptions): Promise<RedisCluster> {
  const nodes: Redis[] = [];
  const stop = async () => void (await Promise.all(nodes.map((node) => node.stop())));
  const startNode = async (index: number): Promise<Redis> => {
    const name = `redis-${index + 1}`;
    const node = await startRedis({ directory: join(directory, name), logFile: join(directory, `${name}.log`), port: await ports.take(), clusterPort: await ports.take(), password, say });
    nodes.push(node);
    return node;
  };
  try {
    const started = await Promise.all(Array.from({ length: masterCount + replicaCount }, (_, index) => startNode(index)));
    const masters = started.slice(0, masterCount);
    const replicas = started.slice(masterCount);
    await introduce(masters, replicas);
    return { url: masters.map(({ url }) => url).join(','), masters, replicas, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Client = Awaited<ReturnType<typeof open>>;
type Command = (...args: string[]) => Promise<string>;

const commandOf = (client: Client): Command => (...args) => client.sendCommand<string>(args);

async function introduce(masters: readonly Redis[], replicas: readonly Redis[]): Promise<void> {
  const all = [...masters, ...replicas];
  const clients = await Promise.all(all.map(open));
  try {
    const commands = clients.map(commandOf);
    await Promise.all(commands.map((command, index) => command('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1))));
    await Promise.all(commands.slice(0, masters.length).map((command, index) => command('CLUSTER', 'ADDSLOTSRANGE', String(first(index)), String(first(index + 1) - 1))));
    const [firstOne, ...others] = commands as [Command, ...Command[]];
    for (const [index, other] of others.entries()) {
      const { port } = all[index + 1] as Redis;
      await firstOne('CLUSTER', 'MEET', '127.0.0.1', String(port), await busPort(other));
    }
    await until(async () => (await Promise.all(commands.map(knownNodes))).every((known) => known === all.length));
    const followers = commands.slice(masters.length);
    for (const [index, follower] of followers.entries()) await follower('CLUSTER', 'REPLICATE', (await commands[index]?.('CLUSTER', 'MYID')) ?? '');
    await until(async () => (await Promise.all(commands.map(isWell))).every(Boolean));
    await until(async () => (await Promise.all(followers.map(isLinked))).every(Boolean));
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}

const first = (index: number): number => Math.floor((slots * index) / masterCount);

async function open({ url }: Redis) {
  const client = createClient({ url, RESP: 2 });
  client.on('error', () => undefined);
  return client.connect();
}

const busPort = async (command: Command): Promise<string> => ((await command('CONFIG', 'GET', 'cluster-port')) as unknown as string[])[1] ?? '';
const knownNodes = async (command: Command): Promise<number> => Number(/cluster_known_nodes:(\d+)/.exec(await command('CLUSTER', 'INFO'))?.[1]);
const isWell = async (command: Command): Promise<boolean> => (await command('CLUSTER', 'INFO')).includes('cluster_state:ok');
const isLinked = async (command: Command): Promise<boolean> => (await command('INFO', 'replication')).includes('master_link_status:up');

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + patienceMs; !(await isSo()); await sleep(50)) {
    if (Date.now() > deadline) throw new Error(`the Redis cluster was not ready within ${patienceMs} ms`);
  }
}

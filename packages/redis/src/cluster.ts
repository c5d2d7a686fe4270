import type { Logger } from '@confab/runtime';
import type { ErrorReply } from 'redis';
import { connect, type Connection, type ConnectionOptions } from './client.ts';
import type { Servers, ServersEvents } from './servers.ts';
import { within } from './within.ts';

export type ClusterOptions = Omit<ConnectionOptions, 'url' | 'onReady' | 'onLost'> & { urls: readonly string[]; events: ServersEvents };

const slotCount = 16_384;
const lookMs = 1_000;
/** While all is well; as soon as something is not, every turn. */
const turnsBetweenLooks = 5;
const patienceMs = 1_000;

type Owners = readonly (string | undefined)[];

/**
 * A cluster, from outside: a connection to each master, with the limits of a single Redis, and who serves which slot. The
 * library's own client waits for a node that is away, where ours must fail at once, and does not say that a sharded
 * subscription was lost meanwhile (docs/decisions/0015).
 */
export function openCluster({ urls, events, logger, ...options }: ClusterOptions): Servers {
  const nodes = new Map<string, Connection>();
  const roots = urls.map(addressOf);
  let owners: Owners = Array.from({ length: slotCount });
  let masters: readonly string[] = [];
  let isLooking = false;
  let isDoubtful = true;
  let isStopped = false;
  let turn = 0;

  function nodeAt(address: string): Connection {
    const known = nodes.get(address);
    if (known !== undefined) return known;
    const node = connect({
      ...options,
      url: urlOf(urls[0] ?? '', address),
      logger: logger.child({ node: address }),
      onReady() {
        // The first who answers says who else there is.
        if (isDoubtful) void look();
        events.ready?.(node);
      },
      onLost: () => events.lost?.(),
    });
    nodes.set(address, node);
    return node;
  }

  const isWell = (): boolean => masters.length > 0 && !owners.includes(undefined) && masters.every((address) => nodes.get(address)?.client.isReady === true);

  /** Asks one after the other until somebody says. Roots too: after a failover they may be all that is left to ask. */
  async function look(): Promise<void> {
    if (isLooking || isStopped) return;
    isLooking = true;
    isDoubtful = false;
    try {
      for (const [address, { client }] of shuffled([...nodes])) {
        if (!client.isReady) continue;
        const told = await within(client.clusterSlots(), patienceMs).catch((error: unknown) => complain(error, logger));
        if (told === undefined || told.length === 0) continue;
        adopt(told.map(({ from, to, master }) => ({ from, to, address: `${master.host === '' ? hostOf(address) : master.host}:${master.port}` })));
        return;
      }
      isDoubtful = true;
    } finally {
      isLooking = false;
    }
  }

  function adopt(ranges: readonly { from: number; to: number; address: string }[]): void {
    if (isStopped) return;
    const next: (string | undefined)[] = Array.from({ length: slotCount });
    for (const { from, to, address } of ranges) next.fill(address, from, to + 1);
    const hasChanged = owners.some((address, slot) => address !== next[slot]);
    owners = next;
    masters = [...new Set(ranges.map(({ address }) => address))];
    for (const address of masters) nodeAt(address);
    for (const [address, node] of nodes) {
      if (masters.includes(address) || roots.includes(address)) continue;
      nodes.delete(address);
      void node.stop();
    }
    if (hasChanged) events.changed?.();
  }

  for (const address of roots) nodeAt(address);
  const timer = setInterval(() => {
    turn += 1;
    if (isDoubtful || turn % turnsBetweenLooks === 0 || !isWell()) void look();
  }, lookMs);
  timer.unref();

  return {
    of(slot) {
      const address = owners[slot];
      return address === undefined ? undefined : nodes.get(address);
    },
    all: () => masters.flatMap((address) => nodes.get(address) ?? []),
    get isReady() {
      return isWell();
    },
    moved(slot, address, at) {
      const known = complete(address, at);
      owners = owners.with(slot, known);
      // One slot seldom moves alone.
      isDoubtful = true;
      void look();
      return nodeAt(known);
    },
    taker: (address, at) => nodeAt(complete(address, at)),
    doubt: () => void (isDoubtful = true),
    async stop() {
      isStopped = true;
      clearInterval(timer);
      await Promise.all([...nodes.values()].map((node) => node.stop()));
    },
  };

  /** A node that does not know its own name leaves it out: it means itself. */
  function complete(address: string, at: Connection): string {
    if (!address.startsWith(':')) return address;
    const asked = [...nodes].find(([, node]) => node === at)?.[0] ?? roots[0] ?? '';
    return `${hostOf(asked)}${address}`;
  }
}

/** No cluster at all, or a node that does not answer. */
function complain(error: unknown, logger: Logger): undefined {
  const isAnswer = (error as ErrorReply | undefined)?.message?.startsWith('ERR') === true;
  logger[isAnswer ? 'error' : 'debug']({ err: error }, 'redis does not say how the cluster is made up');
}

function shuffled<T>(items: readonly T[]): T[] {
  return items.map((item) => ({ item, order: Math.random() })).toSorted((a, b) => a.order - b.order).map(({ item }) => item);
}

function addressOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port === '' ? '6379' : port}`;
}

const hostOf = (address: string): string => address.slice(0, address.lastIndexOf(':'));

/** With the name, password and protocol by which we were told of the first. */
function urlOf(root: string, address: string): string {
  const url = new URL(root);
  url.host = address;
  return url.href;
}

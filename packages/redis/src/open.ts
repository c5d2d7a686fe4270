import { openCluster } from './cluster.ts';
import { connect, type Connection, type ConnectionOptions } from './client.ts';
import type { Servers, ServersEvents } from './servers.ts';

export type OpenOptions = Omit<ConnectionOptions, 'onReady' | 'onLost'> & ServersEvents;

/** Several addresses, separated by commas, are nodes of one cluster; the others are found by them. */
export function isCluster(url: string): boolean {
  return url.includes(',');
}

export function openServers({ url, ready, lost, changed, ...options }: OpenOptions): Servers {
  const events = { ...(ready === undefined ? {} : { ready }), ...(lost === undefined ? {} : { lost }), ...(changed === undefined ? {} : { changed }) };
  if (isCluster(url)) return openCluster({ ...options, urls: url.split(',').map((one) => one.trim()), events });
  const only: Connection = connect({ ...options, url, onReady: () => ready?.(only), onLost: () => lost?.() });
  return {
    of: () => only,
    all: () => [only],
    get isReady() {
      return only.client.isReady;
    },
    moved: () => only,
    taker: () => only,
    doubt: () => undefined,
    stop: only.stop,
  };
}

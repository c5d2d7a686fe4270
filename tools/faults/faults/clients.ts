import { setTimeout as sleep } from 'node:timers/promises';
import type { Player } from '../harness/cast.ts';
import type { Fault } from '../harness/fault.ts';

const everySecond = (players: readonly Player[]): Player[] => players.filter((_, index) => index % 2 === 0);

const slow: Fault = {
  name: 'slow-clients',
  begin(_, { receivers }) {
    const lazy = everySecond(receivers);
    for (const { sockets } of lazy) sockets.pause();
    return Promise.resolve(() => lazy.forEach(({ sockets }) => sockets.resume()));
  },
};

const halfOpen: Fault = {
  name: 'half-open-clients',
  begin(_, { receivers }) {
    for (const { sockets } of everySecond(receivers)) sockets.abandon();
    return Promise.resolve(() => undefined);
  },
};

const storm: Fault = {
  name: 'reconnect-storm',
  async begin(_, { receivers }) {
    for (let time = 0; time < 6; time += 1) {
      for (const { sockets } of receivers) sockets.cut();
      await sleep(700);
    }
    return () => undefined;
  },
};

const twice: Fault = {
  name: 'every-request-twice',
  begin({ routes }) {
    routes.twice = true;
    return Promise.resolve(() => void (routes.twice = false));
  },
};

export const clientFaults: readonly Fault[] = [slow, halfOpen, storm, twice];

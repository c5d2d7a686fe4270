import { setTimeout as sleep } from 'node:timers/promises';
import type { TcpProxy } from '@confab/testing';
import type { Fault } from '../harness/fault.ts';
import type { Stage } from '../harness/stage.ts';

const wiresOf = ({ actors }: Stage): TcpProxy[] => actors.flatMap(({ wires }) => Object.values(wires) as TcpProxy[]);
const frontsOf = ({ actors }: Stage): TcpProxy[] => actors.flatMap(({ front }) => (front === undefined ? [] : [front]));

const restored = (wires: readonly TcpProxy[]) => () => wires.forEach((wire) => wire.restore());

const slowLinks: Fault = {
  name: 'links-slow',
  begin(stage) {
    const wires = wiresOf(stage);
    for (const wire of wires) wire.delayAnswers(40);
    return Promise.resolve(restored(wires));
  },
};

function reset(name: string, find: (stage: Stage) => TcpProxy[]): Fault {
  return {
    name,
    async begin(stage) {
      const wires = find(stage);
      for (let time = 0; time < 4; time += 1) {
        for (const wire of wires) wire.cut();
        await sleep(100);
        for (const wire of wires) wire.restore();
        await sleep(900);
      }
      return restored(wires);
    },
  };
}

function blackHole(name: string, find: (stage: Stage) => TcpProxy | undefined): Fault {
  return {
    name,
    async begin(stage) {
      const wire = find(stage);
      if (wire === undefined) throw new Error('there is no such link');
      wire.hang();
      return () => wire.restore();
    },
  };
}

export const linkFaults: readonly Fault[] = [
  slowLinks,
  reset('links-reset', wiresOf),
  reset('client-links-reset', frontsOf),
  blackHole('black-hole-api-primary', ({ apis }) => apis[0]?.wires.primary),
  blackHole('black-hole-gateway-redis', ({ gateways }) => gateways[0]?.wires.redis),
  blackHole('black-hole-gateway-primary', ({ gateways }) => gateways[0]?.wires.primary),
  blackHole('black-hole-gateway-clients', ({ gateways }) => gateways[0]?.front),
];

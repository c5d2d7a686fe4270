import { setTimeout as sleep } from 'node:timers/promises';
import type { TcpProxy } from '@confab/testing';
import type { Fault } from '../harness/fault.ts';
import type { Stage } from '../harness/stage.ts';
import { ask } from '../own-servers.ts';
import { assertHappened } from './proof.ts';
import { repeated } from './repeated.ts';

const wiresOf = ({ actors }: Stage): TcpProxy[] => actors.flatMap(({ wires }) => Object.values(wires) as TcpProxy[]);
const frontsOf = ({ actors }: Stage): TcpProxy[] => actors.flatMap(({ front }) => (front === undefined ? [] : [front]));

const slowByMs = 40;
/** What PostgreSQL says until the first statement is done. */
const answersOfOne = 4;

const slowLinks: Fault = {
  name: 'links-slow',
  begin(stage) {
    const wires = wiresOf(stage);
    for (const wire of wires) wire.delayAnswers(slowByMs);
    return Promise.resolve(async () => {
      for (const { name, wires: { primary } } of stage.actors) {
        const startedAt = performance.now();
        await ask(primary.url, 'SELECT 1');
        assertHappened(performance.now() - startedAt >= answersOfOne * slowByMs, `${name} is answered at once`);
      }
      for (const wire of wires) wire.restore();
    });
  },
};

function reset(name: string, find: (stage: Stage) => TcpProxy[]): Fault {
  return {
    name,
    repeatsJobs: true,
    begin(stage) {
      const wires = find(stage);
      let count = 0;
      const stop = repeated(async () => {
        for (const wire of wires) count += wire.cut();
        await sleep(100);
        for (const wire of wires) wire.restore();
      }, 900);
      return Promise.resolve(async () => {
        await stop();
        assertHappened(count > 0, 'there was no connection to reset');
      });
    },
  };
}

function blackHole(name: string, find: (stage: Stage) => TcpProxy | undefined): Fault {
  return {
    name,
    begin(stage) {
      const wire = find(stage);
      if (wire === undefined) throw new Error('there is no such link');
      assertHappened(wire.hang() > 0, 'nobody was using that link');
      return Promise.resolve(() => wire.restore());
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

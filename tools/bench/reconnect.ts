import { median, ratioOf } from './figures.ts';
import { cpuMs } from './measure.ts';
import type { Figure } from './report.ts';
import { makeCrowd } from './rig/people.ts';
import type { Rig } from './rig/rig.ts';
import { untilWarm } from './warm.ts';

const people = 1_000;
const roomCount = 20;
/** Messages of his room that each has missed. The reference keeps no more. */
const missed = 20;

/** Everybody comes back at once, as after the death of a gateway; and how many can come in at all. */
export async function benchReconnect(rig: Rig, { ms, rounds }: { ms: number; rounds: number }): Promise<Figure[]> {
  const [gateway, reference] = [await rig.gateway(), await rig.reference('broadcast')];
  const crowd = await makeCrowd(rig.databaseUrl, { people, rooms: roomCount, roomsOf: (person) => [person % roomCount] });
  const sides = [{ kind: 'reference', app: reference }, { kind: 'gateway', app: gateway }] as const;
  const times = { gateway: [] as number[], reference: [] as number[] };
  const rates = { gateway: [] as number[], reference: [] as number[] };
  const own = { gateway: [] as number[], reference: [] as number[] };
  const all = { gateway: [] as number[], reference: [] as number[] };
  // The first round warms up.
  for (let round = -1; round < rounds; round += 1) {
    for (const { kind, app } of sides) {
      const done = await rig.load.run('reconnect', { port: app.port, kind, crowd, missed });
      if (done.lost > 0 || done.doubled > 0) throw new Error(`${kind}: of ${people * missed} events ${done.lost} were lost and ${done.doubled} doubled`);
      if (round >= 0) times[kind].push(done.ms);
    }
  }
  const connects = async ({ kind, app }: (typeof sides)[number]) => {
    const servers = [rig.primaryPid, rig.redisPid];
    const begun = { own: cpuMs(app.pid), servers: servers.reduce((sum, pid) => sum + cpuMs(pid), 0) };
    const done = await rig.load.run('connects', { port: app.port, kind, crowd, atOnce: 32, ms });
    const spent = cpuMs(app.pid) - begun.own;
    const spentByAll = spent + servers.reduce((sum, pid) => sum + cpuMs(pid), 0) - begun.servers;
    return { perSecond: done.perSecond, ownUs: (spent * 1_000) / done.connects, allUs: (spentByAll * 1_000) / done.connects };
  };
  for (const side of sides) await untilWarm(async () => (await connects(side)).ownUs);
  for (let round = 0; round < rounds; round += 1) {
    for (const side of sides) {
      const { perSecond, ownUs, allUs } = await connects(side);
      rates[side.kind].push(perSecond);
      own[side.kind].push(ownUs);
      all[side.kind].push(allUs);
    }
  }
  for (const app of [gateway, reference]) await app.stop();
  const figure = (name: string, unit: string, from: typeof times, referenceName: string, aim?: Figure['aim']): Figure => ({
    bench: 'reconnect', figure: name, unit, ours: median(from.gateway), reference: median(from.reference), referenceName, ratio: ratioOf(from.gateway, from.reference), ...(aim === undefined ? {} : { aim }),
  });
  const byCore = { gateway: own.gateway.map((us) => 1e6 / us), reference: own.reference.map((us) => 1e6 / us) };
  return [
    figure(`1,000 clients caught up with ${missed} events each`, 'ms', times, 'ws, from memory', { of: 'ours', atMost: 2_000 }),
    figure('authenticated connects, gateway, PostgreSQL and Redis on one core', 'a second', rates, 'ws, anybody'),
    figure('authenticated connects, a core of the gateway', 'a second', byCore, 'ws, anybody', { of: 'ours', atLeast: 1_400 }),
    figure('CPU a connect, all servers', 'µs', all, 'ws, anybody'),
  ];
}

import { median, ratioOf } from './figures.ts';
import type { FanoutDone } from './load/fanout.ts';
import { cpuMs } from './measure.ts';
import type { Figure } from './report.ts';
import { makeCrowd, type Crowd } from './rig/people.ts';
import type { App, Rig } from './rig/rig.ts';
import { untilWarm } from './warm.ts';

interface Side {
  readonly kind: 'gateway' | 'reference';
  readonly app: App;
  readonly group: string;
}

type Round = FanoutDone & { readonly cpuUs: number };

const referenceName = 'ws, the same bytes to each socket';
/** Of what the reference was just seen to do at most. */
const [below, above] = [0.5, 6];
/** Enough to fill every buffer of the reference. */
const stormMs = 1_000;

/** From the event's commit to every socket of its room. */
export async function benchFanout(rig: Rig, { ms, rounds }: { ms: number; rounds: number }): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, people, roomCount] of [['one room of 1,000', 1_000, 1], ['200 rooms of 10', 2_000, 200]] as const) {
    const crowd = await makeCrowd(rig.databaseUrl, { people, rooms: roomCount, roomsOf: (person) => [person % roomCount] });
    const perMessage = people / roomCount;
    const [gateway, reference] = [await rig.gateway(), await rig.reference('broadcast')];
    const side = async (kind: Side['kind'], app: App): Promise<Side> => ({ kind, app, group: await rig.load.run('open', { port: app.port, kind, crowd, atOnce: 32 }) });
    const [ours, plain] = [await side('gateway', gateway), await side('reference', reference)];
    const tell = (of: Side, deliveriesPerSecond: number, forMs = ms) => run(rig, of, crowd, { perSecond: deliveriesPerSecond / perMessage, ms: forMs });

    for (const each of [plain, ours]) await untilWarm(async () => (await tell(each, 20_000)).cpuUs);
    // How much the reference can take: twice as much each time, until it falls behind.
    let most = 0;
    for (let rate = 20_000; rate <= 640_000; rate *= 2) {
      const { perSecond } = await tell(plain, rate, 1_000);
      most = Math.max(most, perSecond);
      if (perSecond < 0.85 * rate) break;
    }
    const calm = { ours: [] as Round[], plain: [] as Round[] };
    const storm = { ours: [] as Round[], plain: [] as Round[] };
    for (let round = 0; round < rounds; round += 1) {
      calm.plain.push(await tell(plain, below * most));
      calm.ours.push(await tell(ours, below * most));
    }
    for (let round = 0; round < rounds; round += 1) {
      storm.plain.push(await tell(plain, above * most, stormMs));
      storm.ours.push(await tell(ours, above * most, stormMs));
    }
    // The reference may lose what is more than it can take; Confab may not.
    for (const done of [...calm.ours, ...storm.ours, ...calm.plain]) {
      if (done.delivered !== done.expected) throw new Error(`${name}: ${done.expected} deliveries were due, and ${done.delivered} came in; ${done.closed} sockets were closed`);
    }
    const figure = (what: string, unit: string, from: typeof calm, of: (round: Round) => number, aim?: Figure['aim']): Figure => ({
      bench: 'fan-out', figure: `${name}: ${what}`, unit, ours: median(from.ours.map(of)), reference: median(from.plain.map(of)), referenceName, ratio: ratioOf(from.ours.map(of), from.plain.map(of)), ...(aim === undefined ? {} : { aim }),
    });
    const rate = Math.round(below * most).toLocaleString('en-US');
    figures.push(
      figure(`deliveries, ${rate} asked for`, 'a second', calm, (round) => round.perSecond, { of: 'ratio', atLeast: 0.95 }),
      figure(`p50 at ${rate}`, 'ms', calm, (round) => round.latency.p50Ms),
      figure(`p99 at ${rate}`, 'ms', calm, (round) => round.latency.p99Ms, { of: 'ratio', atMost: 2 }),
      figure(`CPU a delivery at ${rate}`, 'µs', calm, (round) => round.cpuUs, { of: 'ratio', atMost: 1 }),
      figure('deliveries, above what the reference can', 'a second', storm, (round) => round.perSecond, { of: 'ratio', atLeast: 5 }),
      figure('CPU a delivery, above what the reference can', 'µs', storm, (round) => round.cpuUs),
    );
    for (const { group } of [ours, plain]) await rig.load.run('close', { name: group });
    for (const app of [gateway, reference]) await app.stop();
  }
  return figures;
}

async function run(rig: Rig, { kind, app, group }: Side, crowd: Crowd, { perSecond, ms }: { perSecond: number; ms: number }): Promise<Round> {
  const begun = cpuMs(app.pid);
  const done = await rig.load.run('fanOut', { group, kind, crowd, ms, perSecond });
  return { ...done, cpuUs: ((cpuMs(app.pid) - begun) * 1_000) / done.delivered };
}

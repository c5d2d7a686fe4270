import { ask } from '../faults/own-servers.ts';
import { account, median, ratioOf, type Latency } from './figures.ts';
import { cpuMs } from './measure.ts';
import type { Figure } from './report.ts';
import { makeCrowd, type Crowd } from './rig/people.ts';
import type { App, Rig } from './rig/rig.ts';
import { untilWarm } from './warm.ts';

/** So many that none of them sends more than he may. */
const senders = 400;
const lines = 32;

interface Side {
  readonly crowd: Crowd;
  readonly httpPort: number;
  readonly apps: readonly App[];
  /** Table that holds what was acknowledged. */
  readonly table: string;
}

interface Round {
  readonly sent: number;
  readonly perSecond: number;
  readonly latency: Latency;
  /** A send: of the processes that serve it, PostgreSQL and Redis among them. */
  readonly cpuUs: Readonly<Record<'apps' | 'postgres' | 'redis' | 'all', number>>;
}

const references = { minimum: 'hand-written minimum', parts: 'the chosen parts around it' } as const;
type Rounds = Record<'ours' | keyof typeof references, Round[]>;

/** Messages by HTTP until they are acknowledged, to ten rooms and to a single one, each of which somebody listens to. */
export async function benchSends(rig: Rig, { ms, rounds }: { ms: number; rounds: number }): Promise<Figure[]> {
  const figures: Figure[] = [];
  const [api, gateway, minimum, parts] = [await rig.api(), await rig.gateway(), await rig.reference('minimum'), await rig.reference('chosen-parts')];
  for (const [name, roomCount] of [['ten rooms', 10], ['one hot room', 1]] as const) {
    const crowd = await makeCrowd(rig.databaseUrl, { people: senders, rooms: roomCount, roomsOf: (person) => [person % roomCount] });
    const listeners = { people: crowd.people, rooms: crowd.rooms.map(({ id, members }) => ({ id, members: members.slice(0, 1) })) };
    const ours: Side = { crowd, httpPort: api.port, apps: [api, gateway], table: 'messages' };
    const least: Side = { crowd, httpPort: minimum.port, apps: [minimum], table: 'minimum_message' };
    const plain: Side = { ...least, httpPort: parts.port, apps: [parts] };
    const heard = [
      await rig.load.run('open', { port: gateway.port, kind: 'gateway', crowd: { people: listeners.rooms.flatMap(({ members }) => members.map((member) => crowd.people[member] ?? { userId: '', sessionId: '' })), rooms: [] }, atOnce: 10 }),
      ...(await Promise.all([minimum, parts].map(({ port }) => rig.load.run('open', { port, kind: 'reference', crowd: listeners, atOnce: 10 })))),
    ];
    for (const side of [ours, plain, least]) await untilWarm(async () => (await run(rig, side, { ms })).cpuUs.apps);

    const inTurns = async (pace: { readonly perSecond?: number }): Promise<Rounds> => {
      const taken: Rounds = { ours: [], minimum: [], parts: [] };
      for (let round = 0; round < rounds; round += 1) {
        taken.minimum.push(await run(rig, least, { ms, ...pace }));
        taken.parts.push(await run(rig, plain, { ms, ...pace }));
        taken.ours.push(await run(rig, ours, { ms, ...pace }));
      }
      return taken;
    };
    const fast = await inTurns({});
    // Below what any can do, all at the same rate: 60 % of what Confab was just seen to do.
    const perSecond = Math.round(0.6 * median(fast.ours.map((each) => each.perSecond)));
    const paced = await inTurns({ perSecond });
    for (const group of heard) await rig.load.run('close', { name: group });
    const bareBefore = cpuMs(rig.primaryPid);
    const bare = await rig.load.run('bareInserts', { rooms: roomCount, ms, lines: 16 });
    const bareUs = ((cpuMs(rig.primaryPid) - bareBefore) * 1_000) / bare.done;
    const figure = (what: string, unit: string, from: Rounds, of: (round: Round) => number, { beside = 'minimum', aim }: { beside?: keyof typeof references; aim?: Figure['aim'] } = {}): Figure => ({
      bench: 'sends', figure: `${name}: ${what}`, unit, ours: median(from.ours.map(of)), reference: median(from[beside].map(of)), referenceName: references[beside], ratio: ratioOf(from.ours.map(of), from[beside].map(of)), ...(aim === undefined ? {} : { aim }),
    });
    figures.push(
      figure('acknowledged', 'a second', fast, (round) => round.perSecond, { aim: { of: 'ratio', atLeast: 0.5 } }),
      figure('acknowledged', 'a second', fast, (round) => round.perSecond, { beside: 'parts' }),
      { bench: 'sends', figure: `${name}: acknowledged`, unit: 'a second', ours: median(fast.ours.map((round) => round.perSecond)), reference: bare.perSecond, referenceName: 'bare insert under the room\'s lock', ratio: median(fast.ours.map((round) => round.perSecond)) / bare.perSecond },
      figure('CPU a send, all servers', 'µs', fast, (round) => round.cpuUs.all, { aim: { of: 'ratio', atMost: 2 } }),
      figure('CPU a send, all servers', 'µs', fast, (round) => round.cpuUs.all, { beside: 'parts' }),
      figure('CPU a send, API and gateway', 'µs', fast, (round) => round.cpuUs.apps),
      figure('CPU a send, API and gateway', 'µs', fast, (round) => round.cpuUs.apps, { beside: 'parts' }),
      { ...figure('CPU a send, PostgreSQL', 'µs', fast, (round) => round.cpuUs.postgres), reference: bareUs, referenceName: 'bare insert under the room\'s lock', ratio: median(fast.ours.map((round) => round.cpuUs.postgres)) / bareUs },
      figure('CPU a send, Redis', 'µs', fast, (round) => round.cpuUs.redis),
      figure(`p50 at ${perSecond} a second`, 'ms', paced, (round) => round.latency.p50Ms),
      figure(`p99 at ${perSecond} a second`, 'ms', paced, (round) => round.latency.p99Ms, { aim: { of: 'ratio', atMost: 2 } }),
      figure(`p99 at ${perSecond} a second`, 'ms', paced, (round) => round.latency.p99Ms, { beside: 'parts' }),
    );
  }
  for (const app of [api, gateway, minimum, parts]) await app.stop();
  return figures;
}

async function run(rig: Rig, { crowd, httpPort, apps, table }: Side, { ms, perSecond }: { ms: number; perSecond?: number }): Promise<Round> {
  const begun = used(rig, apps);
  const done = await rig.load.run('sends', { port: httpPort, crowd, ms, lines, ...(perSecond === undefined ? {} : { perSecond }) });
  const spent = used(rig, apps);
  if (Object.keys(done.refused).length > 0) throw new Error(`sends were refused: ${JSON.stringify(done.refused)}`);
  const found = await noncesIn(rig.databaseUrl, table, crowd, done.acknowledged.length);
  const { lost, doubled } = account(done.acknowledged, found);
  if (lost > 0 || doubled > 0) throw new Error(`of ${done.acknowledged.length} acknowledged sends ${lost} were lost and ${doubled} doubled in ${table}`);
  const us = (of: keyof typeof spent) => ((spent[of] - begun[of]) * 1_000) / done.acknowledged.length;
  const cpuUs = { apps: us('apps'), postgres: us('postgres'), redis: us('redis') };
  return { sent: done.acknowledged.length, perSecond: done.perSecond, latency: done.latency, cpuUs: { ...cpuUs, all: cpuUs.apps + cpuUs.postgres + cpuUs.redis } };
}

function used(rig: Rig, apps: readonly App[]) {
  return { apps: apps.reduce((sum, { pid }) => sum + cpuMs(pid), 0), postgres: cpuMs(rig.primaryPid), redis: cpuMs(rig.redisPid) };
}

/** Of the newest rows, twice as many as were acknowledged: where one is there twice, both are among them. */
async function noncesIn(databaseUrl: string, table: string, { rooms }: Crowd, count: number): Promise<string[]> {
  const rows = await ask<{ nonce: string }>(databaseUrl, `SELECT nonce FROM ${table} WHERE room_id = ANY($1) ORDER BY created_at DESC LIMIT $2`, [rooms.map(({ id }) => id), 2 * count + 100]);
  return rows.map(({ nonce }) => nonce);
}

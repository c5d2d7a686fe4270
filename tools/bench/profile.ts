import { cpuMs } from './measure.ts';
import { makeCrowd } from './rig/people.ts';
import { summarise, withProfiles, type Hot } from './rig/profile.ts';
import { startRig, type App, type Rig } from './rig/rig.ts';
import { untilWarm } from './warm.ts';

/** What is profiled, and how it is kept busy: answers how many of what it did. */
const works: Readonly<Record<string, (rig: Rig, folder: string, ms: number) => Promise<{ app: App; unit: string; work: () => Promise<number> }>>> = {
  async sends(rig, profileTo, ms) {
    const app = await rig.api({ profileTo });
    const crowd = await makeCrowd(rig.databaseUrl, { people: 400, rooms: 10, roomsOf: (person) => [person % 10] });
    return { app, unit: 'send', work: async () => (await rig.load.run('sends', { port: app.port, crowd, ms, lines: 32 })).acknowledged.length };
  },
  fanout: (rig, profileTo, ms) => fanout(rig, profileTo, ms, { people: 1_000, rooms: 1, perSecond: 40 }),
  'fanout-small': (rig, profileTo, ms) => fanout(rig, profileTo, ms, { people: 2_000, rooms: 200, perSecond: 3_000 }),
  async reconnect(rig, profileTo, ms) {
    const app = await rig.gateway({ profileTo });
    const crowd = await makeCrowd(rig.databaseUrl, { people: 1_000, rooms: 20, roomsOf: (person) => [person % 20] });
    return { app, unit: 'connect', work: async () => (await rig.load.run('connects', { port: app.port, kind: 'gateway', crowd, atOnce: 32, ms })).connects };
  },
};

async function fanout(rig: Rig, profileTo: string, ms: number, { people, rooms, perSecond }: { people: number; rooms: number; perSecond: number }) {
  const app = await rig.gateway({ profileTo });
  const crowd = await makeCrowd(rig.databaseUrl, { people, rooms, roomsOf: (person) => [person % rooms] });
  const group = await rig.load.run('open', { port: app.port, kind: 'gateway', crowd, atOnce: 32 });
  return { app, unit: 'delivery', work: async () => (await rig.load.run('fanOut', { group, kind: 'gateway', crowd, ms, perSecond })).delivered };
}

const most = 25;

/** Where the process's time goes: by package and by function, of the built file, warm. */
export async function benchProfile(name: string, { ms }: { ms: number }): Promise<void> {
  const prepare = works[name];
  if (prepare === undefined) throw new Error(`usage: bench profile ${Object.keys(works).join(' | ')}`);
  const rig = await startRig();
  try {
    await withProfiles(async (folder) => {
      const { app, unit, work } = await prepare(rig, folder, ms);
      const round = async (): Promise<number> => {
        const pids = [app.pid, rig.primaryPid, rig.redisPid];
        const begun = pids.map(cpuMs);
        const count = await work();
        const [own = 0, postgres = 0, redis = 0] = pids.map((pid, index) => ((cpuMs(pid) - (begun[index] ?? 0)) * 1_000) / count);
        console.log(`${count} times; CPU a ${unit}: ${Math.round(own)} µs, of PostgreSQL ${Math.round(postgres)} µs, of Redis ${Math.round(redis)} µs`);
        return own;
      };
      await untilWarm(round);
      console.log('warm; with the profiler:');
      process.kill(app.pid, 'SIGUSR2');
      for (let profiled = 0; profiled < 3; profiled += 1) await round();
      process.kill(app.pid, 'SIGUSR2');
      await app.stop();
      const { packages, functions } = await summarise(folder);
      print('package', packages);
      print('function, and its file', functions);
    });
  } finally {
    await rig.stop();
  }
}

function print(what: string, hot: readonly Hot[]): void {
  console.log(`\n     %  ${what}`);
  for (const { where, share } of hot.slice(0, most)) console.log(`${(100 * share).toFixed(1).padStart(6)}  ${where.replace(/(\.\.\/)+|node_modules\/\.pnpm\/[^/]+\//g, '').slice(0, 140)}`);
}

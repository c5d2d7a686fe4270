import { benchFanout } from './fanout.ts';
import { benchIdle } from './idle.ts';
import { machine } from './measure.ts';
import { benchReconnect } from './reconnect.ts';
import { keep, printFigures, type Figure } from './report.ts';
import { cores } from './rig/pinned.ts';
import { startRig, type Rig } from './rig/rig.ts';
import { benchSends } from './sends.ts';

/** Against the limit: each beside what somebody could do at most who did less. */
export const limitBenchmarks: Readonly<Record<string, (rig: Rig, options: { ms: number; rounds: number }) => Promise<Figure[]>>> = {
  fanout: benchFanout,
  sends: benchSends,
  idle: benchIdle,
  reconnect: benchReconnect,
};

const rounds = 3;

/** Those named. All of them make the figures of this release, which are kept. */
export async function benchLimit(names: readonly string[], { ms }: { ms: number }): Promise<void> {
  const facts = { date: new Date().toISOString().slice(0, 10), ...machine(), serversOnCore: cores.servers, loadOnCore: cores.load, secondsEach: ms / 1000, rounds };
  const figures: Figure[] = [];
  let isWhole = names.length === Object.keys(limitBenchmarks).length;
  for (const [name, bench] of Object.entries(limitBenchmarks)) {
    if (!names.includes(name)) continue;
    const begun = performance.now();
    const rig = await startRig();
    try {
      figures.push(...(await bench(rig, { ms, rounds })));
    } catch (error) {
      // The others are worth having.
      console.error(`${name} failed:`, error);
      process.exitCode = 1;
      isWhole = false;
    } finally {
      await rig.stop();
    }
    console.error(`${name}: ${Math.round((performance.now() - begun) / 1000)} s`);
  }
  console.log(Object.entries(facts).map(([name, value]) => `${name} ${value}`).join(', '));
  printFigures(figures);
  if (isWhole) console.log(`kept in ${await keep(facts, figures)}`);
}

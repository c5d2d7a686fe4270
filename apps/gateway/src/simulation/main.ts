import { realCode, runSchedules } from './run.ts';

/** `node apps/gateway/src/simulation/main.ts [schedules] [seed]` */
const [schedules = '1000', seed] = process.argv.slice(2);
const startedAt = performance.now();
const tally = await runSchedules(realCode, Number(schedules), seed === undefined ? undefined : Number(seed));
process.stdout.write(`${schedules} schedules in ${Math.round((performance.now() - startedAt) / 1000)} s, no violation: ${JSON.stringify(tally)}\n`);

import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checkout } from '../stack/places.ts';
import { runCommand } from '../test/command.ts';
import { createTally } from '../test/tally.ts';
import { findLocust, python } from './locust.ts';
import { rowsOf, shortcomings } from './verdict.ts';
import type { Stat, Threshold } from './verdict.ts';
import { startLoadWorld } from './world.ts';
import type { LoadWorld } from './world.ts';

/** `pnpm load [scenario…] [--report folder] [--thresholds file]`: Locust's scenarios against a stack of their own; red where a threshold is not reached. */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    report: { type: 'string', default: join(checkout, process.env['CONFAB_DATA_DIR'] ?? '.confab', 'load') },
    thresholds: { type: 'string', default: join(import.meta.dirname, 'thresholds.json') },
  },
});
const thresholds = JSON.parse(readFileSync(values.thresholds, 'utf8')) as Record<string, Threshold>;
const unknown = positionals.filter((name) => !Object.hasOwn(thresholds, name));
if (unknown.length > 0) {
  console.error(`usage: load [${Object.keys(thresholds).join(' | ')}]… [--report folder] [--thresholds file]`);
  process.exitCode = 2;
} else await runAll(positionals.length > 0 ? positionals : Object.keys(thresholds));

async function runAll(names: readonly string[]): Promise<void> {
  const tally = createTally((line) => console.log(line));
  const folder = resolve(values.report);
  mkdirSync(folder, { recursive: true });
  const world = await startLoadWorld();
  try {
    for (const name of names) {
      const threshold = thresholds[name];
      if (threshold === undefined) continue;
      const { stats, output } = await runScenario(name, threshold, folder, world);
      const rows = rowsOf(stats, threshold);
      for (const { title, requests, failures, p50, p95, limit } of rows) console.log(`  ${title.padEnd(54)} ${String(requests).padStart(7)}  failed ${failures}  p50 ${p50} ms  p95 ${p95} ms (at most ${limit})`);
      const wrong = shortcomings(rows, threshold);
      if (wrong.length > 0) console.log(`${output.split('\n').slice(-40).join('\n')}\n${wrong.join('\n')}`);
      const title = `load ${name}: ${threshold.users} users, ${threshold.seconds} s, report in ${join(folder, `${name}.html`)}`;
      if (wrong.length === 0) tally.pass(title);
      else tally.fail(title);
    }
  } finally {
    await world.stop();
  }
  console.log(`\n${tally.line()}`);
  process.exitCode = tally.hasFailures ? 1 : 0;
}

async function runScenario(name: string, { users, spawnPerSecond, seconds }: Threshold, folder: string, world: LoadWorld): Promise<{ stats: Stat[]; output: string }> {
  const figures = join(folder, `${name}.json`);
  rmSync(figures, { force: true });
  const { output } = await runCommand(
    python,
    [
      '-m', 'locust', '--headless', '--only-summary', '--exit-code-on-error', '0', '--stop-timeout', '20',
      '-f', join(import.meta.dirname, 'scenarios', `${name}.py`), '--host', world.apiUrl,
      '-u', String(users), '-r', String(spawnPerSecond), '-t', `${seconds}s`, '--html', join(folder, `${name}.html`),
    ],
    { env: { ...(await findLocust()), CONFAB_FIGURES: figures, CONFAB_GATEWAYS: world.gatewayUrls.join(','), PYTHONDONTWRITEBYTECODE: '1' } },
  );
  return { stats: existsSync(figures) ? (JSON.parse(readFileSync(figures, 'utf8')) as Stat[]) : [], output };
}

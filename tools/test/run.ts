import { parseArgs } from 'node:util';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildApps } from '../stack/app-build.ts';
import { makeTemporaryFolder } from '../stack/temporary-folder.ts';
import { buildWeb } from '../stack/web-build.ts';
import { runChecks } from './checks.ts';
import { findChromium } from './chromium.ts';
import { checkCompose } from './compose.ts';
import { createTally } from './tally.ts';
import { runVitest } from './vitest-run.ts';

/** `--quick` leaves out what runs the product. Names of files or folders: only their tests. */
const { values, positionals: filters } = parseArgs({ options: { quick: { type: 'boolean', default: false } }, allowPositionals: true });
const tally = createTally((line) => console.log(line));
const folder = await makeTemporaryFolder();
// The children end with us: each is told so by the kernel.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));

try {
  // The checks wait for nobody, and nobody for them.
  await Promise.all([filters.length === 0 ? runChecks(tally, { isPatient: !values.quick }) : undefined, values.quick ? undefined : runTests()]);
} catch (error) {
  console.error(error);
  tally.fail('the run itself');
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(`\n${tally.line()}`);
process.exitCode = tally.hasFailures ? 1 : 0;

async function runTests(): Promise<void> {
  const chromium = await findChromium();
  if (filters.length === 0) await checkCompose(tally);
  const say = (line: string) => console.log(line);
  await Promise.all([buildWeb(join(folder, 'web-build.log'), say), buildApps(say)]);
  const seed = process.env['TEST_SEED'] ?? String(Date.now() % 1_000_000);
  const env = { TEST_SEED: seed };
  say(`the tests come in the order of TEST_SEED=${seed}`);
  // Beside each other, since each waits as often as it works; servers, ports and databases are each one's own.
  await Promise.all([
    runVitest(tally, { projects: ['node', 'node-alone'], filters, env }),
    runVitest(tally, { projects: ['browser', 'node-behind'], filters, env: { ...env, CHROMIUM_PATH: chromium }, isQuiet: true }),
  ]);
  if (tally.hasFailures) say(`\nthe same order once more: TEST_SEED=${seed} npm test`);
}

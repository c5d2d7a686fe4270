import { parseArgs } from 'node:util';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
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
  if (filters.length === 0) await runChecks(tally);
  if (!values.quick) await runTests();
} catch (error) {
  console.error(error);
  tally.fail('the run itself');
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(`\n${tally.line()}`);
process.exitCode = tally.hasFailures ? 1 : 0;

async function runTests(): Promise<void> {
  const chromium = await findChromium(join(folder, 'chromium.log'));
  if (filters.length === 0) await checkCompose(tally);
  await buildWeb(join(folder, 'web-build.log'), (line) => console.log(line));
  // One after the other: beside each other they take a third less, and hold each other up for longer than some limits of the product.
  await runVitest(tally, { project: 'node*', filters });
  await runVitest(tally, { project: 'browser', filters, env: { CHROMIUM_PATH: chromium } });
}

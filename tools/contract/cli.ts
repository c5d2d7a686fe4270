import { createTally } from '../test/tally.ts';
import { runVitest } from '../test/vitest-run.ts';
import type { VitestOptions } from '../test/vitest-run.ts';
import { release, readContract } from './breaking/released.ts';
import { breakingFindings, generated, lintFindings, ownSpec } from './gate.ts';

/** `pnpm contract [name…]`: the gate, all parts or those named. `pnpm contract release` keeps today's contract as what clients are made from. */
const parts: Readonly<Record<string, () => Promise<string[]> | string[]>> = {
  lint: lintFindings,
  breaking: breakingFindings,
};
/** Those that need a running server are tests, for its sake. */
const suites: Readonly<Record<string, VitestOptions>> = {
  clients: { projects: ['contract'], filters: ['tools/contract/clients'] },
  proxy: { projects: ['contract'], filters: ['tools/contract/proxy'] },
  slow: { projects: ['contract'], filters: ['tools/contract/slow-clients'] },
  corpora: { projects: ['node'], filters: ['tools/corpora'], env: { CORPORA: 'all' } },
};
const all = [...Object.keys(parts), ...Object.keys(suites)];
const names = process.argv.slice(2);
const unknown = names.filter((name) => name !== 'release' && !all.includes(name));

if (unknown.length > 0 || (names.includes('release') && names.length > 1)) {
  console.error(`usage: contract [${all.join(' | ')}]…   or: contract release`);
  process.exitCode = 2;
} else if (names.includes('release')) console.log(`kept as ${release(ownSpec, readContract(ownSpec, generated))}`);
else await run(names.length > 0 ? names : all);

async function run(wanted: readonly string[]): Promise<void> {
  const tally = createTally((line) => console.log(line));
  for (const name of wanted) {
    const suite = suites[name];
    if (suite !== undefined) {
      await runVitest(tally, suite);
      continue;
    }
    const startedAt = Date.now();
    const findings = await Promise.resolve(parts[name]?.()).catch((error: unknown) => [error instanceof Error ? (error.stack ?? error.message) : String(error)]);
    for (const finding of findings ?? []) console.log(finding);
    const title = `contract ${name} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`;
    if (findings?.length === 0) tally.pass(title);
    else tally.fail(title);
  }
  console.log(`\n${tally.line()}`);
  process.exitCode = tally.hasFailures ? 1 : 0;
}

import { createTally } from '../test/tally.ts';
import { runVitest } from '../test/vitest-run.ts';

/** `pnpm faults [name…]`: the fault tests that take too long for `npm test`, all or those named. */
const tally = createTally((line) => console.log(line));
await runVitest(tally, { project: 'faults', filters: process.argv.slice(2) });
console.log(`\n${tally.line()}`);
process.exitCode = tally.hasFailures ? 1 : 0;

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildApps } from '../stack/app-build.ts';
import { checkout } from '../stack/places.ts';
import { createTally } from '../test/tally.ts';
import { runVitest } from '../test/vitest-run.ts';
import { defects } from './defects/all.ts';
import { plant } from './defects/plant.ts';
import { allFaults, faultNamed } from './faults/all.ts';
import { full, short } from './harness/scripts.ts';
import { runFaults } from './harness/run-faults.ts';
import { defectTable, faultTable, reliability } from './harness/tables.ts';

/**
 * `pnpm faults [name…]`: Confab under each fault, or those named. `--planted [name…]`: whether defects are seen. `--suites [name…]`: the
 * fault tests that take too long for `npm test`. `--write` puts the table into docs/reliability.md. `--list` names the faults.
 * `--short`: smaller and hurried, times told and not judged. `--answers`, `--recovery`: other limits, in seconds. `--logs folder`: keeps there
 * what the processes said, of each fault that was not borne.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { suites: { type: 'boolean' }, planted: { type: 'boolean' }, write: { type: 'boolean' }, list: { type: 'boolean' }, short: { type: 'boolean' }, answers: { type: 'string' }, recovery: { type: 'string' }, logs: { type: 'string' } },
});
const say = (line: string): void => console.log(line);
const tally = createTally(say);
const script = values.short === true ? short : full;
const limits = { ...script.limits, ...(values.answers === undefined ? {} : { answerMs: Number(values.answers) * 1_000 }), ...(values.recovery === undefined ? {} : { recoverMs: Number(values.recovery) * 1_000 }) };

const isOtherwise = values.short === true || values.answers !== undefined || values.recovery !== undefined;
if (values.write === true && (isOtherwise || values.planted === true || values.suites === true)) throw new Error('--write is for runs of full length under the usual limits: its text says so');

if (values.list === true) {
  for (const { name } of allFaults) say(name);
} else if (values.suites === true) {
  await runVitest(tally, { projects: ['faults'], filters: positionals });
} else {
  await buildApps(say);
  if (values.planted === true) {
    const chosen = defects.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
    const catches = [];
    for (const defect of chosen) catches.push(await plant(defect, { ...script, steadyMs: Math.min(5_000, script.steadyMs), limits }, say));
    say(`\n${defectTable(catches)}`);
    for (const { defect, caughtBy } of catches) tally[caughtBy === undefined ? 'fail' : 'pass'](defect.name);
  } else {
    const chosen = positionals.length === 0 ? allFaults : positionals.map(faultNamed);
    const results = await runFaults(chosen, { script: { ...script, limits }, say, logs: values.logs });
    say(`\n${faultTable(results)}`);
    if (values.write === true) {
      const file = join(checkout, 'docs/reliability.md');
      writeFileSync(file, reliability(results, limits, { names: allFaults.map(({ name }) => name), text: readFileSync(file, 'utf8') }));
    }
    for (const { name, violations } of results) tally[violations.length > 0 ? 'fail' : 'pass'](name);
  }
}
if (values.list !== true) say(`\n${tally.line()}`);
// A fault that could not be carried out may have left something open.
process.exit(tally.hasFailures ? 1 : 0);

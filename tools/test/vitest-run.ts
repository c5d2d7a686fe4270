import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkout } from '../stack/places.ts';
import { makeTemporaryFolder } from '../stack/temporary-folder.ts';
import { runCommand } from './command.ts';
import type { Tally } from './tally.ts';

export type Report = {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { name: string; status: string; assertionResults: { status: string; fullName: string }[] }[];
};
export type Counts = { passed: number; failed: number; skipped: string[] };

export type VitestOptions = {
  projects: readonly string[];
  filters?: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** Says what it has to say at its end, all at once. */
  isQuiet?: boolean;
};

/** Runs projects of vitest.config.ts and counts each of its tests. */
export async function runVitest(tally: Tally, { projects, filters = [], env, isQuiet = false }: VitestOptions): Promise<void> {
  const folder = await makeTemporaryFolder();
  const reportFile = join(folder, 'report.json');
  try {
    const { code, output } = await runCommand(process.execPath, [
      join(checkout, 'node_modules/vitest/vitest.mjs'), 'run', ...projects.flatMap((name) => ['--project', name]), '--reporter=default', '--reporter=json',
      `--outputFile.json=${reportFile}`, ...(filters.length > 0 ? ['--passWithNoTests', ...filters] : []),
    ], { env, isShown: !isQuiet });
    if (isQuiet) console.log(output.trimEnd());
    const report = await readFile(reportFile, 'utf8').then((text) => JSON.parse(text) as Report, () => undefined);
    const { passed, failed, skipped } = count(report, code);
    for (const name of skipped) tally.skip(name, 'marked so in its file');
    if (passed > 0) tally.pass(`${passed} tests: ${projects.join(', ')}`, passed);
    if (failed > 0) tally.fail(`${failed} tests: ${projects.join(', ')}`, failed);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A file that could not even be read, and an error outside of every test, count as one failure each. */
export function count(report: Report | undefined, code: number | null): Counts {
  if (report === undefined) return { passed: 0, failed: 1, skipped: [] };
  const results = report.testResults.flatMap((file) => file.assertionResults);
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  ).length;
  const failed = report.numFailedTests + brokenFiles;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: results.filter(({ status }) => !['passed', 'failed'].includes(status)).map(({ fullName }) => fullName),
  };
}

import { expect, test } from 'vitest';
import { count } from './vitest-run.ts';
import type { Report } from './vitest-run.ts';

const file = (status: string, ...results: string[]): Report['testResults'][number] => ({
  name: 'a.test.ts', status, assertionResults: results.map((result) => ({ status: result, fullName: `it ${result}` })),
});

test.for<[string, Report | undefined, number | null, { passed: number; failed: number; skipped: string[] }]>([
  ['all is well', { numPassedTests: 2, numFailedTests: 0, testResults: [file('passed', 'passed', 'passed')] }, 0, { passed: 2, failed: 0, skipped: [] }],
  ['one test fails', { numPassedTests: 1, numFailedTests: 1, testResults: [file('failed', 'passed', 'failed')] }, 1, { passed: 1, failed: 1, skipped: [] }],
  ['a file cannot be read', { numPassedTests: 1, numFailedTests: 0, testResults: [file('failed'), file('passed', 'passed')] }, 1, { passed: 1, failed: 1, skipped: [] }],
  ['a hook fails after its tests passed', { numPassedTests: 1, numFailedTests: 0, testResults: [file('failed', 'passed')] }, 1, { passed: 1, failed: 1, skipped: [] }],
  ['an error belongs to no test', { numPassedTests: 1, numFailedTests: 0, testResults: [file('passed', 'passed')] }, 1, { passed: 1, failed: 1, skipped: [] }],
  ['a test is skipped', { numPassedTests: 1, numFailedTests: 0, testResults: [file('passed', 'passed', 'skipped')] }, 0, { passed: 1, failed: 0, skipped: ['it skipped'] }],
  ['the run died', undefined, null, { passed: 0, failed: 1, skipped: [] }],
])('%s', ([, report, code, expected]) => {
  expect(count(report, code)).toEqual(expected);
});

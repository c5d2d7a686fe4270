import { afterAll, beforeAll, expect, test } from 'vitest';
import { newAddress, startTwoApis, type Caller, type TwoApis } from '../testing/two-apis.ts';

/** `CONFAB_TIMING_TRIES=300` for a figure that means something; 0.5 is a coin, 1 tells every account. */
const tries = Number(process.env['CONFAB_TIMING_TRIES'] ?? 15);

let apis: TwoApis;
let owners: Caller[];

beforeAll(async () => {
  // As it is outside of tests.
  apis = await startTwoApis({ env: { PASSWORD_MEMORY_KIB: '19456', PASSWORD_PASSES: '2' } });
  owners = await Promise.all(Array.from({ length: 5 }, () => apis.register()));
});
afterAll(() => apis.stack.stop());

test('how well the time of an answer tells known accounts from unknown ones', { timeout: 60_000 + tries * 2_000 }, async () => {
  const took = { known: [] as number[], unknown: [] as number[] };
  const bodies = new Set<string>();
  const ask = async (kind: keyof typeof took, username: string) => {
    const address = newAddress();
    const began = performance.now();
    const answer = await apis.post(0, '/auth/login', { username, password: 'not that one' }, { 'x-forwarded-for': address });
    const text = await answer.text();
    took[kind].push(performance.now() - began);
    bodies.add(`${answer.status} ${text.replace(/"requestId":"[^"]*"/, '')}`);
  };
  for (let n = 0; n < tries; n += 1) {
    const { username } = owners[n % owners.length]!;
    const pair = [() => ask('known', username), () => ask('unknown', `user-${(n * 7919).toString(16).padStart(12, '0')}`)];
    // Which of them comes first must not decide.
    for (const one of n % 2 === 0 ? pair : pair.toReversed()) await one();
  }
  expect([...bodies]).toEqual([expect.stringMatching(/^401 .*"credentials\.invalid"/)]);
  const greater = took.known.flatMap((known) => took.unknown.map((unknown) => (known > unknown ? 1 : known === unknown ? 0.5 : 0)));
  const auc = greater.reduce((sum: number, each) => sum + each, 0) / greater.length;
  process.stdout.write(`sign-in timing: AUC ${auc.toFixed(3)} over ${tries} pairs (aim: 0.40 to 0.60)\n`);
});

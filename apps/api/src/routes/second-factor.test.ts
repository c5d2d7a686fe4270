import { createDatabase } from '@confab/db';
import { createLogger } from '@confab/runtime';
import type { ProblemError } from '@confab/sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { currentStep, startTwoApis, totpCode, type Caller, type TwoApis } from '../testing/two-apis.ts';

let apis: TwoApis;

beforeAll(async () => {
  apis = await startTwoApis();
});
afterAll(() => apis.stack.stop());

const refused = (code: string) => expect.objectContaining<Partial<ProblemError>>({ name: 'ProblemError', code });

/** From a new address each time, so that no limit of wrong passwords is met. */
const signIn = (caller: Caller, code?: string, api = 0) => apis.caller({ api }, caller).confab.auth.signIn({ username: caller.username, password: caller.password, ...(code === undefined ? {} : { code }) });

test('a second factor is set up, asked for, replaced by recovery codes once each, and removed', { timeout: 60_000 }, async () => {
  const owner = await apis.register();
  const { rest } = owner.confab;
  expect(await rest.getSecondFactor()).toEqual({ isEnabled: false, recoveryCodesLeft: 0 });
  await expect(rest.confirmSecondFactor({ code: '123456' })).rejects.toEqual(refused('second_factor.missing'));
  await expect(rest.enrolSecondFactor({ password: 'not that one' })).rejects.toEqual(refused('password.wrong'));

  const forgotten = await rest.enrolSecondFactor({ password: owner.password });
  const { secret, uri } = await rest.enrolSecondFactor({ password: owner.password });
  expect(secret).not.toBe(forgotten.secret);
  expect(uri).toMatch(new RegExp(`^otpauth://totp/Confab:${owner.username}\\?.*secret=${secret}`));
  // Not in force before it is confirmed.
  await signIn(owner);
  expect((await rest.getSecondFactor()).isEnabled).toBe(false);

  const step = currentStep();
  await expect(rest.confirmSecondFactor({ code: totpCode(forgotten.secret, step) })).rejects.toEqual(refused('second_factor.invalid'));
  const { recoveryCodes } = await rest.confirmSecondFactor({ code: totpCode(secret, step) });
  expect([recoveryCodes.length, new Set(recoveryCodes).size]).toEqual([10, 10]);
  expect(await rest.getSecondFactor()).toEqual({ isEnabled: true, recoveryCodesLeft: 10 });
  await expect(rest.enrolSecondFactor({ password: owner.password })).rejects.toEqual(refused('second_factor.enabled'));

  await expect(signIn(owner)).rejects.toEqual(refused('second_factor.required'));
  await expect(apis.caller({}, owner).confab.auth.signIn({ username: owner.username, password: 'not that one', code: totpCode(secret, step + 1) })).rejects.toEqual(refused('credentials.invalid'));
  // The code that confirmed it was seen once already.
  await expect(signIn(owner, totpCode(secret, step))).rejects.toEqual(refused('second_factor.invalid'));
  await expect(signIn(owner, totpCode(secret, step + 50))).rejects.toEqual(refused('second_factor.invalid'));
  await expect(signIn(owner, 'ABCD-EFGH')).rejects.toEqual(refused('second_factor.invalid'));
  // A clock half a minute ahead is let through; of two who show the same code, on two processes, one.
  const next = totpCode(secret, step + 1);
  const twins = await Promise.allSettled([signIn(owner, next, 0), signIn(owner, next, 1)]);
  expect(twins.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  await expect(signIn(owner, next)).rejects.toEqual(refused('second_factor.invalid'));

  const [first = '', second = ''] = recoveryCodes;
  const thieves = await Promise.allSettled([signIn(owner, first, 0), signIn(owner, first, 1)]);
  expect(thieves.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  await expect(signIn(owner, first)).rejects.toEqual(refused('second_factor.invalid'));
  await signIn(owner, second.toLowerCase().replaceAll('-', ' '));
  expect(await rest.getSecondFactor()).toEqual({ isEnabled: true, recoveryCodesLeft: 8 });

  await expect(rest.removeSecondFactor({ password: 'not that one' })).rejects.toEqual(refused('password.wrong'));
  await rest.removeSecondFactor({ password: owner.password });
  await expect(rest.removeSecondFactor({ password: owner.password })).rejects.toEqual(refused('second_factor.missing'));
  await signIn(owner);

  const database = createDatabase({ primaryUrl: apis.stack.database.url, replicaUrls: [], applicationName: 'test', logger: createLogger({ name: 'test', level: 'silent', pretty: false }) });
  try {
    const rows = await database.primary.selectFrom('audit_entries').select(['action', 'details']).where('subject_id', '=', owner.confab.auth.user?.id ?? '').orderBy('id').execute();
    const count = (action: string, details = {}) => rows.filter((row) => row.action === action && Object.entries(details).every(([key, value]) => (row.details as Record<string, unknown>)[key] === value)).length;
    expect([count('second_factor.enabled'), count('second_factor.removed'), count('password.refused')]).toEqual([1, 1, 2]);
    expect(['none', 'code', 'recovery_code'].map((secondFactor) => count('session.started', { secondFactor }))).toEqual([3, 1, 2]);
    expect(count('sign_in.failed', { code: 'second_factor.invalid' })).toBe(7);
    expect(count('sign_in.failed', { code: 'credentials.invalid' })).toBe(1);
    expect(await database.primary.selectFrom('recovery_codes').selectAll().execute()).toEqual([]);
  } finally {
    await database.stop();
  }
});

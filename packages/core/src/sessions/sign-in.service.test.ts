import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { makeUser, startTestCore, type TestCore } from '../testing/factories.ts';
import type { SignedIn } from './grant.ts';

let test: TestCore;

beforeAll(async () => {
  test = await startTestCore();
});
afterAll(() => test.stop());

const refused = (code: string) => expect.objectContaining({ code });
const device = (n: number) => ({ userAgent: 'Firefox', address: `198.51.100.${n}` });

describe('a password', () => {
  const register = (password: string) => {
    const username = `user-${Math.random().toString(36).slice(2)}`;
    return test.core.signIn.register({ username, email: `${username}@example.org`, password }, device(1));
  };

  it.each(['password', 'PassWord', '12345678', 'qwertyuiop', 'iloveyou1', 'ｐａｓｓｗｏｒｄ'])('that everybody has is refused: %s', async (password) => {
    await expect(register(password)).rejects.toEqual(refused('password.common'));
  });

  it('is counted as it is compared: after normalisation', async () => {
    // Eight characters that become four.
    await expect(register('a\u0301e\u0301i\u0301o\u0301')).rejects.toEqual(refused('request.invalid'));
    const { user } = await register('ｃｏｒｒｅｃｔ horse');
    await test.core.signIn.signIn({ username: user.username, password: 'correct horse' }, device(2));
  });

  it('may be one that nobody has', async () => {
    await register('xq7 vlorp');
  });
});

describe('a registration', () => {
  it.each(['username', 'email'] as const)('of six at once under one %s makes one user, and the others are told', async (field) => {
    const own = (n: number) => ({ username: `twin-${randomUUID().slice(0, 8)}-${n}`, email: `${randomUUID()}@example.org`, password: 'a long and fine one' });
    const first = own(0);
    const outcomes = await Promise.allSettled(Array.from({ length: 6 }, (_, n) => (n % 2 ? test.core : test.another()).signIn.register({ ...own(n), [field]: first[field] }, device(0))));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []))).toEqual(Array.from({ length: 5 }, () => `${field}.taken`));
    const rows = await test.database.primary.selectFrom('users').select('id').where(field, '=', first[field]).execute();
    expect(rows).toHaveLength(1);
    const sessions = await test.database.primary.selectFrom('sessions').select('id').where('user_id', '=', rows[0]?.id ?? '').execute();
    expect(sessions).toHaveLength(1);
  });
});

describe('a sign-in', () => {
  it('keeps the password at the cost that is wanted by now', async () => {
    const { user, password } = await makeUser(test.core);
    const hash = async () => (await test.database.primary.selectFrom('users').select('password_hash').where('id', '=', user.id).executeTakeFirstOrThrow()).password_hash;
    const dearer = test.another({ passwordCost: { memoryKib: 1024, passes: 2 } });
    const body = { username: user.username, password };
    const first = await hash();
    await expect(dearer.signIn.signIn({ ...body, password: 'not it' }, device(20))).rejects.toEqual(refused('credentials.invalid'));
    expect(await hash()).toBe(first);
    await dearer.signIn.signIn(body, device(21));
    const renewed = await hash();
    expect(renewed).toMatch(/^\$argon2id\$v=19\$m=1024,t=2,p=1\$/);
    await dearer.signIn.signIn(body, device(22));
    expect(await hash()).toBe(renewed);
  });

  it('that was under way when the password changed begins no session', async () => {
    for (let race = 0; race < 5; race += 1) {
      const { actor, user, password } = await makeUser(test.core);
      const other = test.another();
      const [, ...signIns] = await Promise.allSettled([
        test.core.signIn.changePassword(actor, { currentPassword: password, newPassword: 'a much finer one' }, device(3)),
        ...Array.from({ length: 4 }, (_, n) => other.signIn.signIn({ username: user.username, password }, device(10 + n))),
      ]);
      const { items } = await test.core.sessions.list(actor);
      expect(items.map(({ id }) => id)).toEqual([actor.sessionId]);
      for (const outcome of signIns) {
        if (outcome.status === 'fulfilled') await expect(other.sessions.authenticate(outcome.value.accessToken)).rejects.toEqual(refused('session.ended'));
        else expect(outcome.reason).toEqual(refused('credentials.invalid'));
      }
    }
  });

  /** A sign-in that has compared the password, and writes when it may. */
  async function compared({ username, password }: { username: string; password: string }): Promise<{ goOn(): Promise<SignedIn> }> {
    let reached: () => void = () => undefined;
    const isCompared = new Promise<void>((resolve) => (reached = resolve));
    let goOn: () => void = () => undefined;
    const mayWrite = new Promise<void>((resolve) => (goOn = resolve));
    const slow = test.another({
      database: {
        ...test.database,
        async write(work) {
          reached();
          await mayWrite;
          return test.database.write(work);
        },
      },
    });
    const signIn = slow.signIn.signIn({ username, password }, device(20));
    await isCompared;
    return {
      goOn() {
        goOn();
        return signIn;
      },
    };
  }

  it('that compared the old password before the change, and wrote after it, fails', async () => {
    const { actor, user, password } = await makeUser(test.core);
    const signIn = await compared({ username: user.username, password });
    await test.core.signIn.changePassword(actor, { currentPassword: password, newPassword: 'a much finer one' }, device(3));
    await expect(signIn.goOn()).rejects.toEqual(refused('credentials.invalid'));
    expect((await test.core.sessions.list(actor)).items).toHaveLength(1);
  });

  it('that compared the password before it was kept at another cost, and wrote after it, succeeds', async () => {
    const { user, password } = await makeUser(test.core);
    const signIn = await compared({ username: user.username, password });
    await test.another({ passwordCost: { memoryKib: 1024, passes: 1 } }).signIn.signIn({ username: user.username, password }, device(4));
    await test.core.sessions.authenticate((await signIn.goOn()).accessToken);
  });

  it('ended in many ways at once ends once each', async () => {
    const { actor, user, password } = await makeUser(test.core);
    const others = await Promise.all(Array.from({ length: 3 }, (_, n) => test.core.signIn.signIn({ username: user.username, password }, device(30 + n))));
    const there = test.another();
    const endings = await Promise.allSettled([
      test.core.sessions.endAll(actor),
      there.sessions.endAll(actor),
      test.core.sessions.end(actor),
      ...others.map(({ sessionId }) => there.sessions.endOne(actor, sessionId)),
      test.core.signIn.changePassword(actor, { currentPassword: password, newPassword: 'a much finer one' }, device(3)),
    ]);
    for (const ending of endings) if (ending.status === 'rejected') expect(ending.reason).toEqual(refused('session.not_found'));
    const told = (await test.log(`user:${user.id}`)).map(({ d }) => (d as { sessionId: string }).sessionId);
    expect(told.toSorted()).toEqual([actor.sessionId, ...others.map(({ sessionId }) => sessionId)].toSorted());
  });
});

import { createDatabase, type Database } from '@confab/db';
import { createRedis, type Redis } from '@confab/redis';
import { createLogger } from '@confab/runtime';
import type { ProblemError, Schemas } from '@confab/sdk';
import { emptyTestRedis } from '@confab/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { newAddress, startTwoApis, type Caller, type TwoApis } from '../testing/two-apis.ts';

const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
/** `CONFAB_RACES=1000` for a long look. */
const races = Number(process.env['CONFAB_RACES'] ?? 50);

let apis: TwoApis;
let database: Database;
let redis: Redis;

beforeAll(async () => {
  apis = await startTwoApis();
  database = createDatabase({ primaryUrl: apis.stack.database.url, replicaUrls: [], applicationName: 'test', logger });
  redis = createRedis({ url: apis.stack.redisUrl, name: 'test', logger, queue: true });
});

afterAll(async () => {
  await redis.stop();
  await database.stop();
  await apis.stack.stop();
});

const refused = (code: string) => expect.objectContaining<Partial<ProblemError>>({ name: 'ProblemError', code });
const sessionOf = ({ confab }: Caller) => confab.auth.session ?? expect.fail('is not signed in');
const refreshTokenOf = (caller: Caller) => sessionOf(caller).refreshToken ?? expect.fail('has no refresh token');
const credentials = ({ username, password }: Caller) => ({ username, password });

type Refreshed = { status: number; session: Schemas['AuthSession']; code: string | undefined };

async function refresh(api: number, refreshToken: string, address = newAddress()): Promise<Refreshed> {
  const response = await apis.post(api, '/auth/refresh', { refreshToken }, { 'x-forwarded-for': address });
  const body = (await response.json()) as Schemas['AuthSession'] & { code?: string };
  return { status: response.status, session: body, code: body.code };
}

/** On both processes, within a second. */
async function expectEnded(...sessions: { accessToken: string }[]): Promise<void> {
  const since = performance.now();
  for (const { accessToken } of sessions) {
    for (const api of [0, 1]) await vi.waitFor(async () => expect(await apis.me(api, accessToken)).toBe(401), { timeout: 5_000, interval: 50 });
  }
  expect(performance.now() - since).toBeLessThan(1_000 + 500 * sessions.length);
}

/** What the trail says about somebody, oldest first. */
async function trail({ confab }: Caller, userId = confab.auth.user?.id ?? '') {
  return database.primary.selectFrom('audit_entries').selectAll().where('subject_id', '=', userId).orderBy('id').execute();
}

describe('refreshing', () => {
  test('twenty at once over two processes: one successor', { timeout: 60_000 + races * 3_000 }, async () => {
    const caller = await apis.register();
    let token = refreshTokenOf(caller);
    for (let race = 0; race < races; race += 1) {
      const address = newAddress();
      const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => refresh(n % 2, token, address)));
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
      const successors = new Set(answers.map(({ session }) => session.refreshToken));
      expect(successors.size).toBe(1);
      [token = ''] = [...successors];
    }
    expect(token).toContain(`.${races + 1}.`);
  });

  test('a stale token against a rotation in flight: nothing of the session lives', { timeout: 60_000 }, async () => {
    for (let race = 0; race < Math.min(races, 10); race += 1) {
      const caller = await apis.register();
      const first = refreshTokenOf(caller);
      const { session: second } = await refresh(0, first);
      const { session: third } = await refresh(0, second.refreshToken ?? '');
      const [stale, fresh] = await Promise.all([refresh(1, first), refresh(0, third.refreshToken ?? '')]);
      expect(stale).toMatchObject({ status: 401, code: 'session.ended' });
      const last = fresh.status === 200 ? fresh.session : third;
      for (const api of [0, 1]) expect(await refresh(api, last.refreshToken ?? '')).toMatchObject({ status: 401, code: 'session.ended' });
      await expectEnded(third, last);
      const actions = (await trail(caller)).map(({ action }) => action);
      expect(actions).toContain('refresh.reused');
      expect(actions.filter((action) => action === 'session.ended')).toHaveLength(1);
    }
  });

  test('with the one before is answered alike until its successor has been in use for half a minute', async () => {
    const caller = await apis.register();
    const first = refreshTokenOf(caller);
    const { session: second } = await refresh(0, first);
    expect((await refresh(1, first)).session.refreshToken).toBe(second.refreshToken);
    expect(await apis.me(1, second.accessToken)).toBe(200);
    expect((await refresh(0, first)).session.refreshToken).toBe(second.refreshToken);
    // Half a minute later.
    const used = Date.now() - 30_001;
    await redis.client.hSet(`refresh:${second.sessionId}`, 'used', used);
    await database.primary.updateTable('sessions').set({ used_at: new Date(used) }).where('id', '=', second.sessionId).execute();
    expect(await refresh(0, first)).toMatchObject({ status: 401, code: 'session.ended' });
    await expectEnded(second);
  });

  test('an emptied Redis signs nobody out', async () => {
    const callers = await Promise.all(Array.from({ length: 4 }, (_, n) => apis.register({ api: n % 2 })));
    for (const { confab } of callers) await confab.auth.refresh();
    await emptyTestRedis();
    for (const caller of callers) {
      expect(await caller.confab.rest.getMe()).toEqual(caller.confab.auth.user);
      await caller.confab.auth.refresh();
      expect(refreshTokenOf(caller)).toContain('.3.');
    }
  });

  test('an answer that is lost is asked for again, and the session goes on', async () => {
    let lost = 0;
    const caller = await apis.register({
      through: (fetch) => async (input, init) => {
        const response = await fetch(input, init);
        if (!response.url.endsWith('/auth/refresh') || lost > 0) return response;
        lost += 1;
        throw new TypeError('the connection broke');
      },
    });
    await caller.confab.auth.refresh();
    expect([lost, refreshTokenOf(caller).split('.')[1]]).toEqual([1, '2']);
    await caller.confab.auth.refresh();
    expect(await caller.confab.rest.getMe()).toEqual(caller.confab.auth.user);
  });

  test('ends for good after ninety days, however busy the session was', async () => {
    const caller = await apis.register();
    const began = new Date(Date.now() - 89 * 86_400_000);
    await database.primary.updateTable('sessions').set({ created_at: began }).where('id', '=', sessionOf(caller).sessionId).execute();
    await caller.confab.auth.refresh();
    const { items: [session] } = await caller.confab.rest.listSessions();
    expect(Date.parse(session?.expiresAt ?? '') - began.getTime()).toBe(90 * 86_400_000);
  });
});

describe('sessions', () => {
  test('are listed with device and address, and one is ended', async () => {
    const here = await apis.register({ address: '192.0.2.10' });
    const there = apis.caller({ api: 1, address: '192.0.2.11' }, here);
    await there.confab.auth.signIn(credentials(here));
    const { items } = await here.confab.rest.listSessions();
    expect(items).toHaveLength(2);
    expect(items.find(({ isCurrent }) => isCurrent)).toMatchObject({ id: sessionOf(here).sessionId, address: '192.0.2.10', device: expect.any(String) as string });
    const other = items.find(({ isCurrent }) => !isCurrent);
    expect(other).toMatchObject({ id: sessionOf(there).sessionId, address: '192.0.2.11' });
    await here.confab.rest.endSession(other?.id ?? '');
    await expectEnded(sessionOf(there));
    expect((await here.confab.rest.listSessions()).items.map(({ isCurrent }) => isCurrent)).toEqual([true]);
    await expect(here.confab.rest.endSession(other?.id ?? '')).rejects.toEqual(refused('session.not_found'));
  });

  test('of somebody else do not exist', async () => {
    const [ada, bob] = await Promise.all([apis.register(), apis.register()]);
    await expect(ada.confab.rest.endSession(sessionOf(bob).sessionId)).rejects.toEqual(refused('session.not_found'));
    expect(await bob.confab.rest.getMe()).toEqual(bob.confab.auth.user);
  });

  test('end all at once', async () => {
    const here = await apis.register();
    const others = [0, 1, 1].map((api) => apis.caller({ api }, here));
    for (const { confab } of others) await confab.auth.signIn(credentials(here));
    const sessions = [here, ...others].map(sessionOf);
    await here.confab.rest.signOutEverywhere();
    await expectEnded(...sessions);
    for (const { refreshToken = '' } of sessions) expect(await refresh(1, refreshToken)).toMatchObject({ status: 401, code: 'session.ended' });
    const again = apis.caller({}, here);
    await again.confab.auth.signIn(credentials(here));
    expect((await again.confab.rest.listSessions()).items).toHaveLength(1);
  });

  test('other than this one end when the password changes', async () => {
    const here = await apis.register();
    const there = apis.caller({ api: 1 }, here);
    await there.confab.auth.signIn(credentials(here));
    await expect(here.confab.rest.changePassword({ currentPassword: 'not that one', newPassword: 'a much finer one' })).rejects.toEqual(refused('password.wrong'));
    await expect(here.confab.rest.changePassword({ currentPassword: here.password, newPassword: 'Password123' })).rejects.toEqual(refused('password.common'));
    await here.confab.rest.changePassword({ currentPassword: here.password, newPassword: 'a much finer one' });
    await expectEnded(sessionOf(there));
    await here.confab.auth.refresh();
    expect(await here.confab.rest.getMe()).toEqual(here.confab.auth.user);
    await expect(apis.caller({}, here).confab.auth.signIn(credentials(here))).rejects.toEqual(refused('credentials.invalid'));
    await apis.caller({}, here).confab.auth.signIn({ username: here.username, password: 'a much finer one' });
    expect((await trail(here)).map(({ action }) => action)).toEqual([
      'user.registered', 'session.started', 'session.started', 'password.refused', 'password.changed', 'session.ended', 'sign_in.failed', 'session.started',
    ]);
  });

  test('leave a trail of who, whom, when, from where and in which request', async () => {
    const caller = await apis.register({ address: '192.0.2.20' });
    const { sessionId } = sessionOf(caller);
    await caller.confab.rest.signOut({ headers: { 'x-request-id': 'the-last-one' } });
    const rows = await trail(caller);
    const userId = rows[0]?.subject_id;
    expect(rows).toMatchObject([
      { action: 'user.registered', actor_id: userId, address: '192.0.2.20' },
      { action: 'session.started', actor_id: userId, session_id: sessionId, address: '192.0.2.20', details: { secondFactor: 'none' } },
      { action: 'session.ended', actor_id: userId, session_id: sessionId, address: '192.0.2.20', request_id: 'the-last-one', details: { reason: 'signed_out' } },
    ]);
    for (const { at } of rows) expect(Math.abs(at.getTime() - Date.now())).toBeLessThan(60_000);
  });
});

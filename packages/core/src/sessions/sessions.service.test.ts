import { emptyTestRedis } from '@confab/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { makeUser, startTestCore, type Somebody, type TestCore } from '../testing/factories.ts';

const device = { userAgent: 'Firefox', address: '192.0.2.1' };
const minute = 60_000;

let test: TestCore;

beforeAll(async () => {
  test = await startTestCore();
});
afterAll(() => test.stop());

const refused = (code: string) => expect.objectContaining({ code });

describe('registering', () => {
  it('makes a user, his stream and a session', async () => {
    const session = await test.core.signIn.register({ username: 'Grace', email: 'Grace@Example.org', password: 'a fine password', displayName: ' Grace\nHopper ' }, device);
    expect(session.user).toMatchObject({ kind: 'person', username: 'Grace', displayName: 'Grace Hopper', email: 'Grace@Example.org' });
    expect(session.accessTokenExpiresInSeconds).toBe(900);
    expect(await test.streams.heads([`user:${session.user.id}`])).toEqual(new Map([[`user:${session.user.id}`, 0]]));
    expect(await test.core.sessions.authenticate(session.accessToken)).toMatchObject({ userId: session.user.id, sessionId: session.sessionId });
    const row = await test.database.primary.selectFrom('sessions').selectAll().where('id', '=', session.sessionId).executeTakeFirstOrThrow();
    expect(row).toMatchObject({ user_agent: 'Firefox', address: '192.0.2.1', generation: 1, ended_at: null });
  });

  it('takes the username for want of a display name', async () => {
    expect((await makeUser(test.core, { username: 'linus' })).user.displayName).toBe('linus');
  });

  it.each([
    ['username.taken', { username: 'ALAN', email: 'other@example.org' }],
    ['email.taken', { username: 'other', email: 'ALAN@example.org' }],
    ['request.invalid', { username: 'blank', email: 'blank@example.org', displayName: '\u200b\u3164' }],
  ])('answers %s and leaves nothing', async (code, given) => {
    await makeUser(test.core, { username: 'alan', email: 'alan@example.org' }).catch(() => undefined);
    const count = () => test.database.primary.selectFrom('stream').select((eb) => eb.fn.countAll().as('n')).executeTakeFirst();
    const before = await count();
    await expect(test.core.signIn.register({ password: 'a fine password', ...given }, device)).rejects.toEqual(refused(code));
    expect(await count()).toEqual(before);
  });

  it('lets one of ten racing twins have the name', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, (_, n) => makeUser(test.core, { username: n % 2 ? 'twin' : 'TWIN', email: `twin-${n}@example.org` })));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.status === 'rejected').every(({ reason }) => reason.code === 'username.taken')).toBe(true);
  });
});

describe('signing in', () => {
  let ada: Somebody;
  beforeAll(async () => {
    ada = await makeUser(test.core, { username: 'Ada', email: 'ada@example.org' });
  });

  it.each(['Ada', 'ada', 'ADA', 'Ada@Example.ORG'])('works as %s', async (username) => {
    const session = await test.core.signIn.signIn({ username, password: ada.password }, device);
    expect(session.user).toEqual(ada.user);
    expect(session.sessionId).not.toBe(ada.session.sessionId);
  });

  it('says the same of an unknown user and of a wrong password', async () => {
    const errors = await Promise.all(
      [{ username: 'nobody', password: 'x' }, { username: 'ada', password: 'x' }, { username: 'nobody@example.org', password: 'x' }].map((body) =>
        test.core.signIn.signIn(body, device).catch((error: unknown) => error),
      ),
    );
    expect(errors).toEqual([refused('credentials.invalid'), refused('credentials.invalid'), refused('credentials.invalid')]);
    expect(new Set(errors.map((error) => (error as Error).message)).size).toBe(1);
  });
});

describe('an access token', () => {
  it('is good for a quarter of an hour', async () => {
    const { session } = await makeUser(test.core);
    const { core, clock } = test;
    clock.advance(15 * minute - 1000);
    await core.sessions.authenticate(session.accessToken);
    // Beyond what two machines' clocks may differ.
    clock.advance(7000);
    await expect(core.sessions.authenticate(session.accessToken)).rejects.toEqual(refused('token.expired'));
  });

  it.each(['', 'x', 'a.b.c', 'x'.repeat(5000)])('is not %j', async (token) => {
    await expect(test.core.sessions.authenticate(token)).rejects.toEqual(refused('token.invalid'));
  });
});

describe('signing out', () => {
  const remembered = (sessionId: string) => test.redis.client.get(`session:${sessionId}`);

  it('ends the session at once, tells its stream once, and not the other sessions', async () => {
    const user = await makeUser(test.core);
    const other = await test.core.signIn.signIn({ username: user.user.username, password: user.password }, device);
    expect(await remembered(user.session.sessionId)).toBe('live');
    await Promise.all([test.core.sessions.end(user.actor), test.core.sessions.end(user.actor), test.another().sessions.end(user.actor)]);
    await expect(test.core.sessions.authenticate(user.session.accessToken)).rejects.toEqual(refused('session.ended'));
    await expect(test.core.sessions.refresh(user.session.refreshToken, '')).rejects.toEqual(refused('session.ended'));
    await test.core.sessions.authenticate(other.accessToken);
    expect(await test.log(`user:${user.user.id}`)).toMatchObject([{ type: 'session.ended', control: true, d: { sessionId: user.session.sessionId } }]);
    expect(await remembered(user.session.sessionId)).toBe('ended');
  });

  it('is known without Redis, and after Redis forgot', async () => {
    const user = await makeUser(test.core);
    await test.core.sessions.end(user.actor);
    await emptyTestRedis();
    await expect(test.core.sessions.authenticate(user.session.accessToken)).rejects.toEqual(refused('session.ended'));
    await expect(test.another().sessions.authenticate(user.session.accessToken)).rejects.toEqual(refused('session.ended'));
    expect(await remembered(user.session.sessionId)).toBe('ended');
  });

  it('is not undone by a reader who looked before it', async () => {
    const user = await makeUser(test.core);
    await test.redis.client.del(`session:${user.session.sessionId}`);
    await Promise.all([test.core.sessions.end(user.actor), ...Array.from({ length: 20 }, () => test.core.sessions.authenticate(user.session.accessToken).catch(() => undefined))]);
    await expect(test.core.sessions.authenticate(user.session.accessToken)).rejects.toEqual(refused('session.ended'));
    expect(await remembered(user.session.sessionId)).toBe('ended');
  });

  it('never puts "live" over an end that Redis knows', async () => {
    const user = await makeUser(test.core);
    await test.redis.client.set(`session:${user.session.sessionId}`, 'ended');
    await expect(test.core.sessions.authenticate(user.session.accessToken)).rejects.toEqual(refused('session.ended'));
  });
});

describe('refreshing', () => {
  it('rotates the token and says that the session was seen', async () => {
    const user = await makeUser(test.core);
    test.clock.advance(10 * minute);
    const next = await test.core.sessions.refresh(user.session.refreshToken, '');
    expect(next).toMatchObject({ user: user.user, sessionId: user.session.sessionId });
    expect(next.refreshToken).not.toBe(user.session.refreshToken);
    await test.core.sessions.authenticate(next.accessToken);
    const row = await test.database.primary.selectFrom('sessions').selectAll().where('id', '=', next.sessionId).executeTakeFirstOrThrow();
    expect(row.last_seen_at.getTime() - row.created_at.getTime()).toBeGreaterThanOrEqual(10 * minute);
    expect(row.expires_at.getTime() - row.rotated_at.getTime()).toBe(30 * 86_400_000);
    expect(row.used_at).not.toBeNull();
  });

  it('answers twenty racing repeats with one successor, on two processes', async () => {
    const user = await makeUser(test.core);
    const [here, there] = [test.core, test.another()];
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 ? here : there).sessions.refresh(user.session.refreshToken, '')));
    expect(new Set(answers.map(({ refreshToken }) => refreshToken)).size).toBe(1);
    const next = await test.core.sessions.refresh(answers[0]?.refreshToken ?? '', '');
    expect(next.refreshToken).not.toBe(answers[0]?.refreshToken);
  });

  it('answers the one before for as long as its successor is not in use', async () => {
    const user = await makeUser(test.core);
    const next = await test.core.sessions.refresh(user.session.refreshToken, '');
    test.clock.advance(3_600_000);
    expect((await test.core.sessions.refresh(user.session.refreshToken, '')).refreshToken).toBe(next.refreshToken);
  });

  it.each(['redis', 'the row'])('ends the session when the one before comes after half a minute of use, though only %s knows of that', async (keeper) => {
    const user = await makeUser(test.core);
    const next = await test.core.sessions.refresh(user.session.refreshToken, '');
    await test.core.sessions.authenticate(next.accessToken);
    if (keeper === 'redis') await test.database.primary.updateTable('sessions').set({ used_at: null }).where('id', '=', next.sessionId).execute();
    else await test.redis.client.hDel(`refresh:${next.sessionId}`, 'used');
    test.clock.advance(31_000);
    await expect(test.core.sessions.refresh(user.session.refreshToken, '')).rejects.toEqual(refused('session.ended'));
  });

  it('ends the session when the one before comes after half a minute of use', async () => {
    const user = await makeUser(test.core);
    const next = await test.core.sessions.refresh(user.session.refreshToken, '');
    await test.core.sessions.authenticate(next.accessToken);
    test.clock.advance(31_000);
    await expect(test.core.sessions.refresh(user.session.refreshToken, '')).rejects.toEqual(refused('session.ended'));
    await expect(test.core.sessions.refresh(next.refreshToken, '')).rejects.toEqual(refused('session.ended'));
    await expect(test.core.sessions.authenticate(next.accessToken)).rejects.toEqual(refused('session.ended'));
    const row = await test.database.primary.selectFrom('sessions').select('end_reason').where('id', '=', next.sessionId).executeTakeFirstOrThrow();
    expect(row.end_reason).toBe('refresh_reuse');
    expect(await test.log(`user:${user.user.id}`)).toMatchObject([{ type: 'session.ended' }]);
  });

  it('ends the session at once when one of two generations ago comes', async () => {
    const user = await makeUser(test.core);
    const second = await test.core.sessions.refresh(user.session.refreshToken, '');
    const third = await test.core.sessions.refresh(second.refreshToken, '');
    await expect(test.core.sessions.refresh(user.session.refreshToken, '')).rejects.toEqual(refused('session.ended'));
    await expect(test.core.sessions.refresh(third.refreshToken, '')).rejects.toEqual(refused('session.ended'));
  });

  it('goes on from a token that is ahead of a database that lost its last moments', async () => {
    const user = await makeUser(test.core);
    const second = await test.core.sessions.refresh(user.session.refreshToken, '');
    await test.database.primary.updateTable('sessions').set({ generation: 1 }).where('id', '=', second.sessionId).execute();
    const third = await test.core.sessions.refresh(second.refreshToken, '');
    expect(third.refreshToken).toContain('.3.');
  });

  it('leaves nothing in Redis for a session that has ended', async () => {
    const user = await makeUser(test.core);
    await test.core.sessions.end(user.actor);
    await expect(test.core.sessions.refresh(user.session.refreshToken, '')).rejects.toEqual(refused('session.ended'));
    expect(await test.redis.client.exists(`refresh:${user.session.sessionId}`)).toBe(0);
  });

  it('stops after thirty days of silence', async () => {
    const user = await makeUser(test.core);
    test.clock.advance(31 * 86_400_000);
    await expect(test.core.sessions.refresh(user.session.refreshToken, '')).rejects.toEqual(refused('session.ended'));
  });

  it('knows only its own tokens', async () => {
    const user = await makeUser(test.core);
    const stranger = test.another({ secret: new Uint8Array(32) });
    await expect(stranger.sessions.refresh(user.session.refreshToken, '')).rejects.toEqual(refused('refresh.invalid'));
    await expect(test.core.sessions.refresh('x', '')).rejects.toEqual(refused('refresh.invalid'));
  });
});

it('deletes what ended or expired a month ago, and no more than it is told to', async () => {
  const [ended, kept] = [await makeUser(test.core), await makeUser(test.core)];
  await test.core.sessions.end(ended.actor);
  test.clock.advance(29 * 86_400_000);
  const recent = await test.core.signIn.signIn({ username: kept.user.username, password: kept.password }, device);
  test.clock.advance(2 * 86_400_000);
  expect(await test.core.sessions.deleteOld(1)).toBe(1);
  while ((await test.core.sessions.deleteOld(100)) > 0);
  const left = await test.database.primary.selectFrom('sessions').select('id').execute();
  const ids = left.map(({ id }) => id);
  expect(ids).not.toContain(ended.session.sessionId);
  // One expired a day ago, one lives.
  expect(ids).toEqual(expect.arrayContaining([kept.session.sessionId, recent.sessionId]));
});

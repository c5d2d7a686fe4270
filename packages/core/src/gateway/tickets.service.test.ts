import { createRedis, type Redis } from '@confab/redis';
import { createLogger } from '@confab/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { makeUser, type Somebody, startTestCore, type TestCore } from '../testing/factories.ts';

let test: TestCore;
let away: Redis;

beforeAll(async () => {
  test = await startTestCore();
  // Nothing listens there.
  away = createRedis({ url: 'redis://127.0.0.1:1', name: 'away', logger: createLogger({ name: 'test', level: 'silent', pretty: false }), queue: false });
});
afterAll(async () => {
  await away.stop();
  await test.stop();
});

const admissionOf = ({ user, actor }: Somebody) => ({ user: { id: user.id, username: user.username, displayName: user.displayName }, sessionId: actor.sessionId, expiresAt: actor.expiresAt });
const refused = (code: string) => expect.objectContaining({ code });

it('gives out a ticket and all gateways, in any order', async () => {
  const { actor } = await makeUser(test.core);
  const answers = await Promise.all(Array.from({ length: 40 }, () => test.core.tickets.create(actor)));
  expect(answers[0]).toMatchObject({ expiresInSeconds: 30, ticket: expect.any(String) });
  const urls = ['ws://127.0.0.1:3001/gateway?v=1', 'ws://127.0.0.1:3002/gateway?v=1'];
  expect(answers.every((answer) => answer.url === answer.urls[0])).toBe(true);
  expect(new Set(answers.map((answer) => answer.urls.join()))).toEqual(new Set([urls.join(), urls.toReversed().join()]));
});

describe('a ticket', () => {
  it('says whose it is, and until when the connection may last', async () => {
    const { actor, user } = await makeUser(test.core);
    const { ticket } = await test.core.tickets.create(actor);
    const said = { id: expect.stringMatching(/^[0-9a-f-]{36}$/), userId: user.id, sessionId: actor.sessionId, connectionExpiresAt: actor.expiresAt };
    expect(await test.core.tickets.read(ticket)).toEqual(said);
    expect((await test.core.tickets.read((await test.core.tickets.create(actor)).ticket)).id).not.toBe((await test.core.tickets.read(ticket)).id);
  });

  it('is good for half a minute', async () => {
    const { actor } = await makeUser(test.core);
    const { ticket } = await test.core.tickets.create(actor);
    test.clock.advance(36_000);
    await expect(test.core.tickets.read(ticket)).rejects.toEqual(refused('ticket.invalid'));
  });

  it('is no access token, nor the other way round', async () => {
    const { actor, session } = await makeUser(test.core);
    const { ticket } = await test.core.tickets.create(actor);
    await expect(test.core.sessions.authenticate(ticket)).rejects.toEqual(refused('token.invalid'));
    await expect(test.core.tickets.read(session.accessToken)).rejects.toEqual(refused('ticket.invalid'));
    await expect(test.core.tickets.read(session.refreshToken)).rejects.toEqual(refused('ticket.invalid'));
  });
});

describe('renewing an admission', () => {
  it('lasts as long as the new access token', async () => {
    const user = await makeUser(test.core);
    const admission = admissionOf(user);
    test.clock.advance(600_000);
    const { accessToken } = await test.core.sessions.refresh(user.session.refreshToken, '');
    const renewed = await test.core.tickets.renew(admission, accessToken);
    expect(renewed.expiresAt - admission.expiresAt).toBeGreaterThanOrEqual(600_000);
    // A token from before does not shorten it.
    expect(await test.core.tickets.renew(renewed, user.session.accessToken)).toEqual(renewed);
  });

  it('takes no token of another session, no ticket, and none of a session that has ended', async () => {
    const [user, other] = [await makeUser(test.core), await makeUser(test.core)];
    const admission = admissionOf(user);
    const second = await test.core.signIn.signIn({ username: user.user.username, password: user.password }, { userAgent: '', address: '' });
    for (const token of [other.session.accessToken, second.accessToken, (await test.core.tickets.create(user.actor)).ticket]) {
      await expect(test.core.tickets.renew(admission, token)).rejects.toEqual(refused('token.invalid'));
    }
    await test.core.sessions.end(user.actor);
    await expect(test.core.tickets.renew(admission, user.session.accessToken)).rejects.toEqual(refused('session.ended'));
  });
});

it('signs in, authenticates and signs out while Redis is away', async () => {
  const core = test.another({ redis: away });
  const user = await makeUser(core);
  await core.sessions.end(user.actor);
  await expect(core.sessions.authenticate(user.session.accessToken)).rejects.toEqual(refused('session.ended'));
});

import { afterAll, beforeAll, expect, it } from 'vitest';

import { makeMessage, makeRoom, makeUser, type Somebody, startTestCore, type TestCore } from '../testing/factories.ts';

let test: TestCore;

beforeAll(async () => {
  test = await startTestCore();
});
afterAll(() => test.stop());

it('says where a member\'s part of each of his rooms begins', async () => {
  const [ada, bob] = [await makeUser(test.core), await makeUser(test.core)];
  const rooms = [await makeRoom(test.core, ada), await makeRoom(test.core, ada)];
  for (const { id } of rooms) await test.core.members.join(bob.actor, id);
  const [first, second] = rooms.map(({ id }) => ({ roomId: id, joinedSeq: 2 }));
  const roomsOf = async ({ user }: Somebody) => (await test.core.access.streams(user.id))?.rooms.map(({ roomId, joinedSeq }) => ({ roomId, joinedSeq })).toSorted((a, b) => a.roomId.localeCompare(b.roomId));
  expect(await roomsOf(bob)).toEqual([first, second]);
  await test.core.members.leave(bob.actor, first?.roomId ?? '');
  expect(await roomsOf(bob)).toEqual([second]);
  expect(await test.core.access.membership(bob.user.id, first?.roomId ?? '')).toBeUndefined();
  expect(await test.core.access.membership(bob.user.id, second?.roomId ?? '')).toEqual(second);
  await test.core.members.join(bob.actor, first?.roomId ?? '');
  expect(await test.core.access.membership(bob.user.id, first?.roomId ?? '')).toMatchObject({ joinedSeq: 4 });
});

it('says of many at once who comes in: to each his own, in turn', async () => {
  const [ada, bob, eve] = [await makeUser(test.core), await makeUser(test.core), await makeUser(test.core)];
  const room = await makeRoom(test.core, ada);
  await test.core.members.join(bob.actor, room.id);
  await makeMessage(test.core, ada, room.id);
  await test.core.sessions.end(bob.actor);
  const nobody = '01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d';
  const entrants = [bob, ada, eve].map(({ user, actor }) => ({ userId: user.id, sessionId: actor.sessionId }));
  const [ended, in_, alone, unknown, borrowed] = await test.core.access.entrances([...entrants, { userId: nobody, sessionId: nobody }, { userId: eve.user.id, sessionId: ada.actor.sessionId }]);
  expect(ended).toMatchObject({ user: { id: bob.user.id }, isLive: false, rooms: [{ roomId: room.id, joinedSeq: 2, head: 3 }] });
  // A member's coming and his session's end stand on his own stream.
  expect(ended?.head).toBe((await test.core.access.streams(bob.user.id))?.head);
  expect(in_).toEqual({ user: { id: ada.user.id, username: ada.user.username, displayName: ada.user.displayName }, isLive: true, head: expect.any(Number), rooms: [{ roomId: room.id, joinedSeq: 1, head: 3 }] });
  expect(alone).toMatchObject({ user: { id: eve.user.id }, isLive: true, rooms: [] });
  expect(unknown).toBeUndefined();
  expect(borrowed).toMatchObject({ user: { id: eve.user.id }, isLive: false });
  expect(await test.core.access.streams(nobody)).toBeUndefined();
});

it('says that a session lives only if its end is still to come on the user\'s stream, after the head said with it', async () => {
  const { user, actor } = await makeUser(test.core);
  const entrance = async () => (await test.core.access.entrances([{ userId: user.id, sessionId: actor.sessionId }]))[0];
  const before = await entrance();
  expect(before?.isLive).toBe(true);
  await test.core.sessions.end(actor);
  expect(await test.streams.backfill(`user:${user.id}`, before?.head ?? 0, 10)).toMatchObject([{ type: 'session.ended', control: true }]);
  expect(await entrance()).toMatchObject({ isLive: false, head: (before?.head ?? 0) + 1 });
});

it('knows from the primary whether a session lives', async () => {
  const ada = await makeUser(test.core);
  expect(await test.core.access.isLive(ada.session.sessionId)).toBe(true);
  await test.core.sessions.end(ada.actor);
  await test.redis.client.set(`session:${ada.session.sessionId}`, 'live');
  expect(await test.core.access.isLive(ada.session.sessionId)).toBe(false);
  expect(await test.core.access.isLive('01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d')).toBe(false);
});

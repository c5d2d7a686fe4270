import { afterAll, beforeAll, expect, it } from 'vitest';

import { makeRoom, makeUser, startTestCore, type TestCore } from '../testing/factories.ts';

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
  expect(await test.core.access.memberships(bob.user.id)).toEqual([first, second]);
  await test.core.members.leave(bob.actor, first?.roomId ?? '');
  expect(await test.core.access.memberships(bob.user.id)).toEqual([second]);
  expect(await test.core.access.membership(bob.user.id, first?.roomId ?? '')).toBeUndefined();
  expect(await test.core.access.membership(bob.user.id, second?.roomId ?? '')).toEqual(second);
  await test.core.members.join(bob.actor, first?.roomId ?? '');
  expect(await test.core.access.membership(bob.user.id, first?.roomId ?? '')).toMatchObject({ joinedSeq: 4 });
});

it('knows from the primary whether a session lives', async () => {
  const ada = await makeUser(test.core);
  expect(await test.core.access.isLive(ada.session.sessionId)).toBe(true);
  await test.core.sessions.end(ada.actor);
  await test.redis.client.set(`session:${ada.session.sessionId}`, 'live');
  expect(await test.core.access.isLive(ada.session.sessionId)).toBe(false);
  expect(await test.core.access.isLive('01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d')).toBe(false);
});

import { afterAll, beforeAll, expect, it } from 'vitest';

import { makeMembers, makeMessage, makeRoom, makeUser, startTestCore, type Somebody, type TestCore } from '../testing/factories.ts';

let test: TestCore;
let ada: Somebody;
let bob: Somebody;

beforeAll(async () => {
  test = await startTestCore({ poolSize: 20 });
  [ada, bob] = await Promise.all([makeUser(test.core), makeUser(test.core)]);
});
afterAll(() => test.stop());

it('has my rooms as they are listed, the heads of my streams, and the epoch', async () => {
  const [first, second] = [await makeRoom(test.core, ada), await makeRoom(test.core, ada, { kind: 'private' })];
  await makeRoom(test.core, ada, { name: 'not mine' });
  await makeMembers(test.core, ada, first.id, bob);
  await makeMembers(test.core, ada, second.id, bob);
  await makeMessage(test.core, ada, first.id);
  const sync = await test.core.sync.get(bob.actor);
  expect(sync.user).toEqual(bob.user);
  expect(sync.epoch).toBe(await test.database.epoch());
  expect(sync.rooms).toEqual((await test.core.rooms.list(bob.actor, {})).items);
  expect(sync.rooms.map(({ id, my }) => [id, my?.unreadCount])).toEqual([[second.id, 0], [first.id, 1]]);
  expect(sync.streams).toEqual({ [`user:${bob.user.id}`]: 2, [`room:${first.id}`]: 3, [`room:${second.id}`]: 2 });
});

it('is of one moment while rooms are written and left', async () => {
  const carol = await makeUser(test.core);
  const rooms = await Promise.all(Array.from({ length: 4 }, () => makeRoom(test.core, ada)));
  const moving = Promise.all(
    rooms.map(async ({ id }) => {
      for (let n = 0; n < 8; n += 1) {
        await test.core.members.join(carol.actor, id);
        await makeMessage(test.core, carol, id);
        await test.core.members.leave(carol.actor, id);
      }
    }),
  );
  let isMoving = true;
  void moving.then(() => (isMoving = false));
  const snapshots = [];
  while (isMoving) snapshots.push(await test.core.sync.get(carol.actor));
  await moving;
  const own = await test.log(`user:${carol.user.id}`);
  expect(snapshots.length).toBeGreaterThan(5);
  for (const { streams, rooms: listed } of snapshots) {
    const mine = new Set<string>();
    // What my own stream has told up to its head is exactly what is listed.
    for (const { type, d } of own.slice(0, streams[`user:${carol.user.id}`])) {
      const { roomId } = d as { roomId: string };
      if (type === 'member.added') mine.add(roomId);
      else mine.delete(roomId);
    }
    expect(new Set(listed.map(({ id }) => id))).toEqual(mine);
    expect(listed.every(({ id, head, my }) => streams[`room:${id}`] === head && head >= (my?.joinedSeq ?? Infinity))).toBe(true);
  }
});

it('is not made of two histories', async () => {
  let asked = 0;
  const core = test.another({ database: { ...test.database, epoch: async () => `epoch ${Math.min((asked += 1), 4)}` } });
  expect((await core.sync.get(ada.actor)).epoch).toBe('epoch 4');
  expect(asked).toBe(6);
});

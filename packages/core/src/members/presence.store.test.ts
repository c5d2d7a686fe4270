import { createRedis, type Redis } from '@confab/redis';
import { createLogger } from '@confab/runtime';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { makeMembers, makeRoom, makeUser, type Somebody, startTestCore, type TestCore } from '../testing/factories.ts';
import { presenceKey } from './presence.store.ts';

let test: TestCore;
let away: Redis;
let ada: Somebody;
let bob: Somebody;
let roomId: string;

beforeAll(async () => {
  test = await startTestCore();
  // Nothing listens there.
  away = createRedis({ url: 'redis://127.0.0.1:1', name: 'away', logger: createLogger({ name: 'test', level: 'silent', pretty: false }), queue: false });
  [ada, bob] = [await makeUser(test.core), await makeUser(test.core)];
  roomId = (await makeRoom(test.core, ada)).id;
  await makeMembers(test.core, ada, roomId, bob);
  await test.redis.client.hSet(presenceKey(bob.user.id), { state: 'away', version: '7' });
});
afterAll(async () => {
  await away.stop();
  await test.stop();
});

const listed = async (core: TestCore['core'], reader: Somebody) => (await core.members.list(reader.actor, roomId, {})).items.map(({ presence }) => presence);

it('says what is kept, and offline where nothing is', async () => {
  expect(await test.core.presence.read([ada.user.id, bob.user.id])).toEqual(
    new Map([
      [ada.user.id, { state: 'offline', version: 0 }],
      [bob.user.id, { state: 'away', version: 7 }],
    ]),
  );
  await expect.poll(() => listed(test.core, ada), { timeout: 10_000 }).toEqual(['offline', 'away']);
});

it('does not guess while Redis is away: the list comes without', async () => {
  const core = test.another({ redis: away });
  expect(await core.presence.read([bob.user.id])).toBeUndefined();
  expect(await listed(core, ada)).toEqual([undefined, undefined]);
});

it('tells members alone', async () => {
  expect(await listed(test.core, await makeUser(test.core))).toEqual([undefined, undefined]);
});

it('tells nothing of a room with more than five hundred', async () => {
  const { database } = test;
  const count = (members: number) => database.primary.updateTable('rooms').set({ member_count: members }).where('id', '=', roomId).execute();
  await count(501);
  expect(await listed(test.core, ada)).toEqual([undefined, undefined]);
  await count(500);
  await expect.poll(() => listed(test.core, ada), { timeout: 10_000 }).toEqual(['offline', 'away']);
});

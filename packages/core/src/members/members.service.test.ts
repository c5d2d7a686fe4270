import type { Schemas } from '@confab/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Role } from '../rooms/rooms.policy.ts';
import { makeMembers, makeRoom, makeUser, startTestCore, type Somebody, type TestCore } from '../testing/factories.ts';

let test: TestCore;
let ada: Somebody;
let bob: Somebody;
let carol: Somebody;
let dan: Somebody;

beforeAll(async () => {
  test = await startTestCore();
  [ada, bob, carol, dan] = await Promise.all([makeUser(test.core), makeUser(test.core), makeUser(test.core), makeUser(test.core)]);
});
afterAll(() => test.stop());

const refused = (code: string) => expect.objectContaining({ code });
/** The code of the refusal, or null. */
const outcome = (work: Promise<unknown>) => work.then(() => null, (error: { code: unknown }) => error.code);
const nobody = '01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d';

async function setRole(roomId: string, who: Somebody, role: Role): Promise<void> {
  await test.database.primary.updateTable('memberships').set({ role }).where('room_id', '=', roomId).where('user_id', '=', who.user.id).execute();
}

async function roles(roomId: string): Promise<Record<string, string>> {
  const { items } = await test.core.members.list(ada.actor, roomId, { limit: 100 });
  return Object.fromEntries(items.map(({ user, role }) => [user.id, role]));
}

/** What the log says of who is in the room. */
async function folded(roomId: string): Promise<Record<string, string>> {
  const members: Record<string, string> = {};
  for (const { type, d } of await test.log(`room:${roomId}`)) {
    const { user, role } = d as Schemas['Member'];
    if (type === 'member.added' && user.id in members) throw new Error('added twice');
    if (type !== 'member.added' && !(user.id in members)) throw new Error(`${type} of somebody who is not there`);
    if (type === 'member.removed') delete members[user.id];
    else members[user.id] = role;
  }
  return members;
}

describe('joining', () => {
  it('makes a member, whose part of the log begins there, and tells the room and him', async () => {
    const room = await makeRoom(test.core, ada);
    const member = await test.core.members.join(bob.actor, room.id);
    expect(member).toMatchObject({ roomId: room.id, role: 'member', joinedSeq: 2, user: { id: bob.user.id } });
    expect((await test.log(`room:${room.id}`)).at(-1)).toMatchObject({ type: 'member.added', d: member, subjectUserId: bob.user.id, control: true });
    expect((await test.log(`user:${bob.user.id}`)).at(-1)).toMatchObject({ type: 'member.added', d: member, control: true });
    expect(await test.core.rooms.get(bob.actor, room.id)).toMatchObject({ memberCount: 2, my: { joinedSeq: 2, readSeq: 2 } });
  });

  it('again changes nothing, ten times at once neither', async () => {
    const room = await makeRoom(test.core, ada);
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => (n % 2 ? test.core : test.another()).members.join(bob.actor, room.id)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await test.log(`room:${room.id}`)).toHaveLength(2);
    expect((await test.core.rooms.get(ada.actor, room.id)).memberCount).toBe(2);
  });

  it('is not possible in a private room, nor in none', async () => {
    const room = await makeRoom(test.core, ada, { kind: 'private' });
    await expect(test.core.members.join(bob.actor, room.id)).rejects.toEqual(refused('room.not_found'));
    await expect(test.core.members.join(bob.actor, nobody)).rejects.toEqual(refused('room.not_found'));
    expect(await test.core.members.join(ada.actor, room.id)).toMatchObject({ role: 'owner', joinedSeq: 1 });
  });
});

describe('leaving', () => {
  it('tells the room and him who left, as he was', async () => {
    const room = await makeRoom(test.core, ada);
    const member = await test.core.members.join(bob.actor, room.id);
    await test.core.members.leave(bob.actor, room.id);
    expect((await test.log(`room:${room.id}`)).at(-1)).toMatchObject({ type: 'member.removed', d: member, subjectUserId: bob.user.id, control: true });
    expect((await test.log(`user:${bob.user.id}`)).at(-1)).toMatchObject({ type: 'member.removed', d: member, control: true });
    expect((await test.core.rooms.get(bob.actor, room.id)).memberCount).toBe(1);
    await expect(test.core.members.leave(bob.actor, room.id)).rejects.toEqual(refused('member.not_found'));
  });

  it('makes the oldest member owner when the last owner goes', async () => {
    const room = await makeRoom(test.core, ada);
    await makeMembers(test.core, ada, room.id, bob, carol);
    await setRole(room.id, carol, 'moderator');
    await test.core.members.leave(ada.actor, room.id);
    const [removed, updated] = (await test.log(`room:${room.id}`)).slice(-2);
    expect(removed).toMatchObject({ type: 'member.removed', subjectUserId: ada.user.id });
    expect(updated).toMatchObject({ type: 'member.updated', subjectUserId: bob.user.id, control: true, d: { role: 'owner', joinedSeq: 2 } });
    expect(await roles(room.id)).toEqual({ [bob.user.id]: 'owner', [carol.user.id]: 'moderator' });
  });

  it('makes nobody owner while another owner stays', async () => {
    const room = await makeRoom(test.core, ada);
    await makeMembers(test.core, ada, room.id, bob, carol);
    await setRole(room.id, carol, 'owner');
    await test.core.members.leave(ada.actor, room.id);
    expect(await roles(room.id)).toEqual({ [bob.user.id]: 'member', [carol.user.id]: 'owner' });
  });

  it('of two owners at once leaves one owner behind', async () => {
    for (let round = 0; round < 5; round += 1) {
      const room = await makeRoom(test.core, ada);
      await makeMembers(test.core, ada, room.id, bob, carol);
      await setRole(room.id, bob, 'owner');
      await Promise.all([test.core.members.leave(ada.actor, room.id), test.core.members.leave(bob.actor, room.id)]);
      expect(await roles(room.id)).toEqual({ [carol.user.id]: 'owner' });
    }
  });

  it('by all at once empties the room, which belongs to whoever comes next', async () => {
    const room = await makeRoom(test.core, ada);
    await makeMembers(test.core, ada, room.id, bob, carol, dan);
    await Promise.all([ada, bob, carol, dan].map(({ actor }) => test.core.members.leave(actor, room.id)));
    expect(await folded(room.id)).toEqual({});
    expect((await test.core.rooms.get(ada.actor, room.id)).memberCount).toBe(0);
    expect(await test.core.members.join(dan.actor, room.id)).toMatchObject({ role: 'owner' });
  });

  it('is not possible where one cannot be', async () => {
    const room = await makeRoom(test.core, ada, { kind: 'private' });
    await expect(test.core.members.leave(bob.actor, room.id)).rejects.toEqual(refused('room.not_found'));
  });
});

describe('adding', () => {
  it('finds users by id and by name in any case, and changes nothing for a member', async () => {
    const room = await makeRoom(test.core, ada, { kind: 'private' });
    const added = await test.core.members.add(ada.actor, room.id, { username: bob.user.username.toUpperCase() });
    expect(added).toMatchObject({ role: 'member', user: { id: bob.user.id } });
    expect(await test.core.members.add(ada.actor, room.id, { userId: bob.user.id })).toEqual(added);
    expect(await test.log(`room:${room.id}`)).toHaveLength(2);
    expect((await test.core.rooms.get(bob.actor, room.id)).my).toBeDefined();
  });

  it.each([
    ['private', 'member', null],
    ['private', null, 'room.not_found'],
    ['public', 'member', 'room.forbidden'],
    ['public', 'moderator', null],
    ['public', null, 'room.forbidden'],
  ] as const)('to a %s room as %s: %s', async (kind, role, code) => {
    const room = await makeRoom(test.core, ada, { kind });
    if (role !== null) {
      await makeMembers(test.core, ada, room.id, bob);
      await setRole(room.id, bob, role);
    }
    const adding = test.core.members.add(bob.actor, room.id, { userId: carol.user.id });
    expect(await outcome(adding)).toBe(code);
  });

  it.each([{ userId: nobody }, { username: 'nobody' }])('nobody (%j) is refused', async (body) => {
    const room = await makeRoom(test.core, ada);
    await expect(test.core.members.add(ada.actor, room.id, body)).rejects.toEqual(refused('user.not_found'));
    expect(await test.log(`room:${room.id}`)).toHaveLength(1);
  });
});

describe('removing', () => {
  it('shuts a private room for the removed', async () => {
    const room = await makeRoom(test.core, ada, { kind: 'private' });
    await makeMembers(test.core, ada, room.id, bob);
    await test.core.members.remove(ada.actor, room.id, bob.user.id);
    await expect(test.core.rooms.get(bob.actor, room.id)).rejects.toEqual(refused('room.not_found'));
    expect((await test.log(`user:${bob.user.id}`)).at(-1)).toMatchObject({ type: 'member.removed', d: { roomId: room.id } });
  });

  it.each<[Role | null, Role, string | null]>([
    ['owner', 'owner', null],
    ['moderator', 'member', null],
    ['moderator', 'moderator', 'room.forbidden'],
    ['moderator', 'owner', 'room.forbidden'],
    ['member', 'member', 'room.forbidden'],
    [null, 'member', 'room.forbidden'],
  ])('as %s of %s: %s', async (role, of, code) => {
    const room = await makeRoom(test.core, ada);
    await makeMembers(test.core, ada, room.id, carol, ...(role === null ? [] : [bob]));
    if (role !== null) await setRole(room.id, bob, role);
    await setRole(room.id, carol, of);
    const removing = test.core.members.remove(bob.actor, room.id, carol.user.id);
    expect(await outcome(removing)).toBe(code);
    expect(carol.user.id in (await roles(room.id))).toBe(code !== null);
  });

  it('of oneself is leaving, and of nobody is refused', async () => {
    const room = await makeRoom(test.core, ada);
    await expect(test.core.members.remove(ada.actor, room.id, ada.user.id)).rejects.toEqual(refused('room.forbidden'));
    await expect(test.core.members.remove(ada.actor, room.id, bob.user.id)).rejects.toEqual(refused('member.not_found'));
  });

  it('ten times at once happens once', async () => {
    const room = await makeRoom(test.core, ada);
    await makeMembers(test.core, ada, room.id, bob);
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => test.core.members.remove(ada.actor, room.id, bob.user.id)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.status === 'rejected').every(({ reason }) => reason.code === 'member.not_found')).toBe(true);
    expect(await test.log(`room:${room.id}`)).toHaveLength(3);
    expect((await test.core.rooms.get(ada.actor, room.id)).memberCount).toBe(1);
  });
});

it('comings and goings at once leave log, members and their number in agreement', async () => {
  const room = await makeRoom(test.core, ada);
  const others = [bob, carol, dan];
  const processes = [test.core, test.another()];
  const lanes = Array.from({ length: 10 }, async (_, lane) => {
    const outcomes: unknown[] = [];
    for (let n = 0; n < 6; n += 1) {
      const { members } = processes[lane % 2] as TestCore['core'];
      const { actor, user } = others[(lane + n) % 3] as Somebody;
      const acts = [
        () => members.join(actor, room.id),
        () => members.leave(actor, room.id),
        () => members.remove(ada.actor, room.id, user.id),
        () => members.add(ada.actor, room.id, { userId: user.id }),
      ];
      outcomes.push(await outcome((acts[(lane + n * 3) % 4] as () => Promise<unknown>)()));
    }
    return outcomes;
  });
  const outcomes = (await Promise.all(lanes)).flat();
  expect(outcomes.filter((code) => code !== null && code !== 'member.not_found')).toEqual([]);
  expect(outcomes.filter((code) => code === null).length).toBeGreaterThan(20);
  expect(await roles(room.id)).toEqual(await folded(room.id));
  expect((await test.core.rooms.get(ada.actor, room.id)).memberCount).toBe(Object.keys(await folded(room.id)).length);
  for (const who of others) {
    const own = (await test.log(`user:${who.user.id}`)).filter(({ d }) => (d as Schemas['Member']).roomId === room.id);
    const told = (await test.log(`room:${room.id}`)).filter(({ subjectUserId }) => subjectUserId === who.user.id);
    expect(own.map(({ payload }) => payload)).toEqual(told.map(({ payload }) => payload));
  }
});

describe('listing members', () => {
  it('goes page by page in the order of joining', async () => {
    const room = await makeRoom(test.core, ada);
    await makeMembers(test.core, ada, room.id, dan, bob, carol);
    const first = await test.core.members.list(ada.actor, room.id, { limit: 3 });
    expect(first.items.map(({ user }) => user.id)).toEqual([ada, dan, bob].map(({ user }) => user.id));
    const second = await test.core.members.list(ada.actor, room.id, { limit: 3, cursor: first.nextCursor ?? '' });
    expect(second).toMatchObject({ items: [{ user: { id: carol.user.id } }], nextCursor: null });
  });

  it('is for everybody in a public room, for members in a private one', async () => {
    const [open, closed] = [await makeRoom(test.core, ada), await makeRoom(test.core, ada, { kind: 'private' })];
    expect((await test.core.members.list(bob.actor, open.id, {})).items).toHaveLength(1);
    await expect(test.core.members.list(bob.actor, closed.id, {})).rejects.toEqual(refused('room.not_found'));
    await expect(test.core.members.list(ada.actor, open.id, { cursor: 'LTE' })).rejects.toEqual(refused('cursor.invalid'));
  });
});

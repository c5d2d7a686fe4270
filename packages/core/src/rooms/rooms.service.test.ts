import type { Schemas } from '@confab/contract';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { makeMembers, makeMessage, makeRoom, makeUser, startTestCore, type Somebody, type TestCore } from '../testing/factories.ts';

let test: TestCore;
let ada: Somebody;
let bob: Somebody;

beforeAll(async () => {
  test = await startTestCore();
  [ada, bob] = await Promise.all([makeUser(test.core), makeUser(test.core)]);
});
afterAll(() => test.stop());

const refused = (code: string) => expect.objectContaining({ code });

describe('creating a room', () => {
  it('makes its creator the owner and first member, and tells both streams the same', async () => {
    const { room } = await test.core.rooms.create(ada.actor, { name: '  Analytical\u202e  Engine ', kind: 'private', description: ' Notes ' });
    expect(room).toMatchObject({ kind: 'private', name: 'Analytical Engine', description: 'Notes', memberCount: 1, head: 1, updatedSeq: 1 });
    expect(room.my).toEqual({ role: 'owner', joinedSeq: 1, readSeq: 1, unreadCount: 0 });
    const [told, ...others] = await test.log(`room:${room.id}`);
    expect(others).toEqual([]);
    expect(told).toMatchObject({ type: 'member.added', control: true, subjectUserId: ada.user.id });
    expect(told?.d).toEqual({
      roomId: room.id,
      user: { id: ada.user.id, username: ada.user.username, displayName: ada.user.displayName },
      role: 'owner',
      joinedSeq: 1,
      joinedAt: new Date(told?.at ?? 0).toISOString(),
    });
    expect((await test.log(`user:${ada.user.id}`)).at(-1)).toMatchObject({ type: 'member.added', control: true, payload: told?.payload });
  });

  it('takes effect once under a key of one user, for a day', async () => {
    const body = { name: 'once', kind: 'public' } as const;
    const [first, again] = [await test.core.rooms.create(ada.actor, body, 'k1'), await test.core.rooms.create(ada.actor, body, 'k1')];
    expect([first.replayed, again]).toEqual([false, { room: first.room, replayed: true }]);
    await expect(test.core.rooms.create(ada.actor, { ...body, kind: 'private' }, 'k1')).rejects.toEqual(refused('idempotency_key.reused'));
    const others = [await test.core.rooms.create(bob.actor, body, 'k1'), await test.core.rooms.create(ada.actor, body, 'k2'), await test.core.rooms.create(ada.actor, body)];
    expect(new Set([first, ...others].map(({ room }) => room.id)).size).toBe(4);

    await test.database.write((tx) => sql`UPDATE idempotency_keys SET created_at = created_at - interval '25 hours' WHERE key = 'k1'`.execute(tx));
    const nextDay = await test.core.rooms.create(ada.actor, { ...body, kind: 'private' }, 'k1');
    expect([nextDay.replayed, nextDay.room.kind]).toEqual([false, 'private']);
    // Only Bob's has not been used since.
    expect(await test.core.idempotencyKeys.deleteOld(10)).toBe(1);
  });

  it('refuses a name that shows nothing', async () => {
    await expect(test.core.rooms.create(ada.actor, { name: '\u200b\u2800', kind: 'public' })).rejects.toEqual(refused('request.invalid'));
  });
});

describe('getting a room', () => {
  it('shows a public one to everybody, with what is mine only where I am in it', async () => {
    const room = await makeRoom(test.core, ada);
    const seen = await test.core.rooms.get(bob.actor, room.id);
    expect(seen).toEqual({ ...room, my: undefined });
    expect('my' in seen).toBe(false);
  });

  it('hides a private one as if it were not there', async () => {
    const room = await makeRoom(test.core, ada, { kind: 'private' });
    const none = await test.core.rooms.get(bob.actor, '01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d').catch((error: unknown) => error);
    const hidden = await test.core.rooms.get(bob.actor, room.id).catch((error: unknown) => error);
    expect(hidden).toEqual(refused('room.not_found'));
    expect(hidden).toEqual(none);
  });
});

describe('updating a room', () => {
  it('changes what is given and tells the room its new state', async () => {
    const room = await makeRoom(test.core, ada, { description: 'before' });
    const updated = await test.core.rooms.update(ada.actor, room.id, { name: 'After' });
    expect(updated).toMatchObject({ name: 'After', description: 'before', head: 2, updatedSeq: 2 });
    const { my: _, ...neutral } = updated;
    expect((await test.log(`room:${room.id}`)).at(-1)).toMatchObject({ type: 'room.updated', control: false, subjectId: room.id, d: neutral });
  });

  it('says nothing when nothing changed', async () => {
    const room = await makeRoom(test.core, ada, { name: 'Same', description: 'too' });
    expect(await test.core.rooms.update(ada.actor, room.id, { name: ' Same ', description: 'too' })).toEqual(room);
    expect(await test.log(`room:${room.id}`)).toHaveLength(1);
  });

  it('keeps every one of racing changes, the last event being the room', async () => {
    const room = await makeRoom(test.core, ada);
    await Promise.all(
      Array.from({ length: 12 }, (_, n) => test.core.rooms.update(ada.actor, room.id, n % 2 ? { name: `name ${n}` } : { description: `description ${n}` })),
    );
    const { my: _, ...now } = await test.core.rooms.get(ada.actor, room.id);
    const log = await test.log(`room:${room.id}`);
    expect(log).toHaveLength(13);
    expect(log.at(-1)?.d).toEqual(now);
  });

  it('is for owners and moderators', async () => {
    const room = await makeRoom(test.core, ada);
    await expect(test.core.rooms.update(bob.actor, room.id, { name: 'mine' })).rejects.toEqual(refused('room.forbidden'));
    await makeMembers(test.core, ada, room.id, bob);
    await expect(test.core.rooms.update(bob.actor, room.id, { name: 'mine' })).rejects.toEqual(refused('room.forbidden'));
    await test.database.primary.updateTable('memberships').set({ role: 'moderator' }).where('room_id', '=', room.id).where('user_id', '=', bob.user.id).execute();
    expect(await test.core.rooms.update(bob.actor, room.id, { name: 'ours' })).toMatchObject({ name: 'ours' });
    const hidden = await makeRoom(test.core, ada, { kind: 'private' });
    await expect(test.core.rooms.update(bob.actor, hidden.id, { name: 'mine' })).rejects.toEqual(refused('room.not_found'));
  });
});

describe('listing rooms', () => {
  let carol: Somebody;
  const names = (page: Schemas['RoomPage']) => page.items.map(({ name }) => name);
  beforeAll(async () => {
    carol = await makeUser(test.core);
    for (const name of ['list 1', 'list 2', 'List 3', 'list 4', 'list 5']) await makeRoom(test.core, carol, { name });
    for (const name of ['odd 100%', 'odd_one', 'odd \\ two']) await makeRoom(test.core, carol, { name });
    await makeRoom(test.core, carol, { name: 'list hidden', kind: 'private' });
  });

  it('shows mine, newest first, page by page', async () => {
    const seen: (string | null)[] = [];
    let cursor: string | undefined;
    do {
      const page = await test.core.rooms.list(carol.actor, { query: 'LIST', limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      expect(page.items.every(({ my }) => my?.role === 'owner')).toBe(true);
      seen.push(...names(page));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(['list hidden', 'list 5', 'list 4', 'List 3', 'list 2', 'list 1']);
  });

  it('has no next page when the last is exactly full', async () => {
    expect(await test.core.rooms.list(carol.actor, { query: 'list', limit: 6 })).toMatchObject({ nextCursor: null, items: { length: 6 } });
  });

  it('discovers public rooms that I am not in', async () => {
    const [found] = (await test.core.rooms.list(bob.actor, { scope: 'discoverable', query: 'list', limit: 1 })).items;
    expect(found?.name).toBe('list 5');
    expect('my' in (found ?? {})).toBe(false);
    await test.core.members.join(bob.actor, found?.id ?? '');
    expect(names(await test.core.rooms.list(bob.actor, { scope: 'discoverable', query: 'list' }))).toEqual(['list 4', 'List 3', 'list 2', 'list 1']);
    expect(names(await test.core.rooms.list(bob.actor, { query: 'list' }))).toEqual(['list 5']);
    expect(names(await test.core.rooms.list(carol.actor, { scope: 'discoverable', query: 'list' }))).toEqual([]);
  });

  it.each([
    ['%', ['odd 100%']],
    ['_', ['odd_one']],
    ['\\', ['odd \\ two']],
    ['0%', ['odd 100%']],
    ['d_o', ['odd_one']],
    ["' OR 1=1 --", []],
  ])('takes %j as it is written', async (query, found) => {
    expect(names(await test.core.rooms.list(carol.actor, { query }))).toEqual(found);
  });

  it.each(['x', 'AAAA', Buffer.from('01939f2e').toString('base64url'), Buffer.from("' OR 1=1").toString('base64url')])('refuses the cursor %j', async (cursor) => {
    await expect(test.core.rooms.list(carol.actor, { cursor })).rejects.toEqual(refused('cursor.invalid'));
  });
});

describe('the unread count', () => {
  const unread = async (who: Somebody, roomId: string) => (await test.core.rooms.get(who.actor, roomId)).my?.unreadCount;

  it('counts what others said since I came, and nothing else', async () => {
    const room = await makeRoom(test.core, ada);
    await makeMessage(test.core, ada, room.id, 'before Bob came');
    await makeMembers(test.core, ada, room.id, bob);
    expect(await unread(bob, room.id)).toBe(0);
    const [first, second] = [await makeMessage(test.core, ada, room.id), await makeMessage(test.core, ada, room.id)];
    await makeMessage(test.core, bob, room.id, 'my own');
    expect(await unread(bob, room.id)).toBe(2);
    await test.core.messages.markRead(bob.actor, room.id, { seq: first.seq });
    expect(await unread(bob, room.id)).toBe(1);
    const { primary } = test.database;
    await primary.updateTable('messages').set({ deleted_at: new Date() }).where('id', '=', second.id).execute();
    expect(await unread(bob, room.id)).toBe(0);
    const third = await makeMessage(test.core, ada, room.id);
    await primary.updateTable('messages').set({ parent_message_id: first.id }).where('id', '=', third.id).execute();
    const fourth = await makeMessage(test.core, ada, room.id);
    await primary.updateTable('messages').set({ type: 'system' }).where('id', '=', fourth.id).execute();
    expect(await unread(bob, room.id)).toBe(0);
  });

  it('goes to a thousand', async () => {
    const room = await makeRoom(test.core, ada);
    await makeMembers(test.core, ada, room.id, bob);
    await sql`
      INSERT INTO messages (id, room_id, seq, updated_seq, author_id, content, html, nonce, request_hash, created_at)
      SELECT gen_random_uuid(), ${room.id}, n, n, ${ada.user.id}, 'x', 'x', n::text, '', now() FROM generate_series(1000, 2004) AS n`.execute(test.database.primary);
    expect(await unread(bob, room.id)).toBe(1000);
  });
});

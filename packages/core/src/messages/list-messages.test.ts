import type { Schemas } from '@confab/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { makeMembers, makeMessage, makeRoom, makeUser, startTestCore, type Somebody, type TestCore } from '../testing/factories.ts';
import type { ListMessagesQuery } from './messages.service.ts';

let test: TestCore;
let ada: Somebody;
let bob: Somebody;
let roomId: string;
/** Ten of them; the fifth is a reply, the eighth deleted. */
let messages: Schemas['Message'][];

beforeAll(async () => {
  test = await startTestCore({ poolSize: 20 });
  [ada, bob] = await Promise.all([makeUser(test.core), makeUser(test.core)]);
  roomId = (await makeRoom(test.core, ada)).id;
  messages = [];
  for (let n = 1; n <= 10; n += 1) messages.push(await makeMessage(test.core, ada, roomId, `${n}`));
  const { primary } = test.database;
  await primary.updateTable('messages').set({ parent_message_id: at(1) }).where('id', '=', at(5)).execute();
  await primary.updateTable('messages').set({ deleted_at: new Date() }).where('id', '=', at(8)).execute();
});
afterAll(() => test.stop());

const refused = (code: string) => expect.objectContaining({ code });
const at = (n: number) => messages[n - 1]?.id ?? '';

async function page(query: ListMessagesQuery): Promise<[string, boolean, boolean]> {
  const { items, hasMoreBefore, hasMoreAfter } = await test.core.messages.list(ada.actor, roomId, query);
  return [items.map(({ deletedAt, content }) => (deletedAt === null ? content : 'gone')).join(' '), hasMoreBefore, hasMoreAfter];
}

describe('a page', () => {
  it.each<[string, () => ListMessagesQuery, [string, boolean, boolean]]>([
    ['the newest', () => ({ limit: 3 }), ['gone 9 10', true, false]],
    ['all', () => ({}), ['1 2 3 4 6 7 gone 9 10', false, false]],
    ['exactly all', () => ({ limit: 9 }), ['1 2 3 4 6 7 gone 9 10', false, false]],
    ['before', () => ({ before: at(4), limit: 2 }), ['2 3', true, true]],
    ['before, to the start', () => ({ before: at(4), limit: 3 }), ['1 2 3', false, true]],
    ['before the first', () => ({ before: at(1) }), ['', false, true]],
    ['before a reply', () => ({ before: at(5), limit: 2 }), ['3 4', true, true]],
    ['after', () => ({ after: at(4), limit: 2 }), ['6 7', true, true]],
    ['after, to the end', () => ({ after: at(7), limit: 3 }), ['gone 9 10', true, false]],
    ['after the last', () => ({ after: at(10) }), ['', true, false]],
    ['after a reply', () => ({ after: at(5), limit: 1 }), ['6', true, true]],
    ['after a tombstone', () => ({ after: at(8), limit: 1 }), ['9', true, true]],
    ['around', () => ({ around: at(3), limit: 3 }), ['2 3 4', true, true]],
    ['around the first', () => ({ around: at(1), limit: 4 }), ['1 2', false, true]],
    ['around the last', () => ({ around: at(10), limit: 4 }), ['gone 9 10', true, false]],
    ['around a reply', () => ({ around: at(5), limit: 2 }), ['4 6', true, true]],
    ['around everything', () => ({ around: at(5), limit: 50 }), ['1 2 3 4 6 7 gone 9 10', false, false]],
  ])('%s', async (_, query, expected) => {
    expect(await page(query())).toEqual(expected);
  });

  it('shows nothing of what was deleted but its place', async () => {
    const { items } = await test.core.messages.list(ada.actor, roomId, { around: at(8), limit: 1 });
    expect(items).toMatchObject([{ id: at(8), seq: messages[7]?.seq, content: '', html: '', deletedAt: expect.any(String) }]);
  });

  it.each(['before', 'after', 'around'] as const)('%s what is not in this room is refused', async (anchor) => {
    const elsewhere = await makeMessage(test.core, ada, (await makeRoom(test.core, ada)).id);
    for (const id of [elsewhere.id, '01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d']) {
      await expect(test.core.messages.list(ada.actor, roomId, { [anchor]: id })).rejects.toEqual(refused('cursor.invalid'));
    }
  });

  it('has one anchor', async () => {
    await expect(test.core.messages.list(ada.actor, roomId, { before: at(1), after: at(2) })).rejects.toMatchObject({
      code: 'request.invalid',
      errors: [{ path: '/query/before' }, { path: '/query/after' }],
    });
  });

  it('is for members', async () => {
    await expect(test.core.messages.list(bob.actor, roomId, {})).rejects.toEqual(refused('room.forbidden'));
    const hidden = await makeRoom(test.core, ada, { kind: 'private' });
    await expect(test.core.messages.list(bob.actor, hidden.id, { before: at(1) })).rejects.toEqual(refused('room.not_found'));
  });
});

describe('while others write', () => {
  async function busyRoom(): Promise<{ id: string; writing: Promise<Schemas['Message'][]> }> {
    const { id } = await makeRoom(test.core, ada);
    await makeMembers(test.core, ada, id, bob);
    for (let n = 0; n < 20; n += 1) await makeMessage(test.core, ada, id, `before ${n}`);
    const cores = [test.core, test.another()];
    const writers = Array.from({ length: 6 }, async (_, writer) => {
      const sent: Schemas['Message'][] = [];
      for (let n = 0; n < 25; n += 1) sent.push(await makeMessage(cores[writer % 2] as TestCore['core'], writer % 3 ? ada : bob, id, `${writer}.${n}`));
      return sent;
    });
    return { id, writing: Promise.all(writers).then((sent) => sent.flat()) };
  }

  const ids = (items: readonly Schemas['Message'][]) => items.map(({ id }) => id);

  it('pages forward show everything once, in order', async () => {
    const { id, writing } = await busyRoom();
    let isWriting = true;
    void writing.then(() => (isWriting = false));
    const first = await test.core.messages.list(ada.actor, id, { before: (await test.core.messages.list(ada.actor, id, { limit: 1 })).items[0]?.id ?? '', limit: 100 });
    const seen = first.items.slice(0, 1);
    let pagesWhileWriting = 0;
    for (;;) {
      const wasWriting = isWriting;
      const next = await test.core.messages.list(ada.actor, id, { after: seen.at(-1)?.id ?? '', limit: 7 });
      expect(next.hasMoreBefore).toBe(true);
      expect(next.hasMoreAfter ? next.items.length : 7).toBe(7);
      seen.push(...next.items);
      if (wasWriting) pagesWhileWriting += 1;
      else if (!next.hasMoreAfter) break;
    }
    expect(pagesWhileWriting).toBeGreaterThan(5);
    const log = (await test.log(`room:${id}`)).filter(({ type }) => type === 'message.created');
    expect(ids(seen)).toEqual(log.map(({ subjectId }) => subjectId));
    expect(seen).toHaveLength(20 + (await writing).length);
  });

  it('pages backward show everything older once, in order', async () => {
    const { id, writing } = await busyRoom();
    for (let round = 0; round < 6; round += 1) {
      const newest = await test.core.messages.list(ada.actor, id, { limit: 9 });
      expect(newest.hasMoreAfter).toBe(false);
      let seen = newest.items;
      let hasMore = newest.hasMoreBefore;
      while (hasMore) {
        const page = await test.core.messages.list(ada.actor, id, { before: seen[0]?.id ?? '', limit: 9 });
        expect(page.hasMoreAfter).toBe(true);
        seen = [...page.items, ...seen];
        hasMore = page.hasMoreBefore;
      }
      const upTo = seen.at(-1)?.seq ?? 0;
      const log = (await test.log(`room:${id}`)).filter(({ type, seq }) => type === 'message.created' && seq <= upTo);
      expect(ids(seen)).toEqual(log.map(({ subjectId }) => subjectId));
    }
    await writing;
  });
});

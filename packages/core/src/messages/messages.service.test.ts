import type { Schemas } from '@confab/contract';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { memberEvents } from '../members/member-events.ts';
import { deletingMember, findMember } from '../members/members.repository.ts';
import { insist, makeMembers, makeMessage, makeRoom, makeUser, newNonce, startTestCore, type Somebody, type TestCore } from '../testing/factories.ts';

let test: TestCore;
let ada: Somebody;
let bob: Somebody;
let carol: Somebody;

beforeAll(async () => {
  test = await startTestCore({ poolSize: 25 });
  [ada, bob, carol] = await Promise.all([makeUser(test.core), makeUser(test.core), makeUser(test.core)]);
});
afterAll(() => test.stop());

const refused = (code: string) => expect.objectContaining({ code });

async function sharedRoom(kind: 'public' | 'private' = 'public'): Promise<string> {
  const room = await makeRoom(test.core, ada, { kind });
  await makeMembers(test.core, ada, room.id, bob);
  return room.id;
}

const created = async (roomId: string) => (await test.log(`room:${roomId}`)).filter(({ type }) => type === 'message.created');

describe('sending', () => {
  it('answers the message exactly as the room is told of it', async () => {
    const roomId = await sharedRoom();
    const nonce = newNonce();
    const { message, replayed } = await test.core.messages.send(bob.actor, roomId, { content: 'Hello, **world**  \n', nonce });
    expect(replayed).toBe(false);
    const [event] = await created(roomId);
    expect(event).toMatchObject({ seq: 3, subjectId: message.id, authorId: bob.user.id, control: false, payload: JSON.stringify(message) });
    expect(message).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      roomId,
      seq: 3,
      updatedSeq: 3,
      type: 'user',
      author: { id: bob.user.id, username: bob.user.username, displayName: bob.user.displayName },
      parentMessageId: null,
      content: 'Hello, **world**  \n',
      html: '<p>Hello, <strong>world</strong></p>',
      nonce,
      createdAt: new Date(event?.at ?? 0).toISOString(),
      editedAt: null,
      deletedAt: null,
    });
    expect((await test.core.messages.list(ada.actor, roomId, {})).items).toEqual([message]);
  });

  it.each([
    ['public', 'room.forbidden'],
    ['private', 'room.not_found'],
  ] as const)('to a %s room by an outsider is refused with %s', async (kind, code) => {
    const roomId = await sharedRoom(kind);
    await expect(makeMessage(test.core, carol, roomId)).rejects.toEqual(refused(code));
    expect(await created(roomId)).toEqual([]);
  });

  it('by an outsider waits for nobody, and is waited for by nobody', async () => {
    const roomId = await sharedRoom();
    const stream = `room:${roomId}` as const;
    await test.database.write(async (tx) => {
      const last = await test.streams.append(tx, [{ stream }], ([place]) => ({
        row: null,
        events: [{ stream, seq: place?.seq ?? 0, type: 'read.updated', d: { roomId, seq: 1 } }],
      }));
      // The room is locked; who waited for it would be told that all are busy.
      await expect(makeMessage(test.core, carol, roomId)).rejects.toEqual(refused('room.forbidden'));
      return last;
    });
    expect((await test.log(stream)).at(-1)).toMatchObject({ seq: 3, type: 'read.updated' });
  });

  it.each([' \n', '\u200b\u200d', '\u3164'])('of %j is refused', async (content) => {
    await expect(makeMessage(test.core, ada, await sharedRoom(), content)).rejects.toEqual(refused('request.invalid'));
  });

  it('by many at once numbers all of it without a gap, in the order of the log', async () => {
    const roomId = await sharedRoom();
    const [here, there] = [test.core, test.another()];
    const sent = await Promise.all(Array.from({ length: 80 }, (_, n) => makeMessage(n % 2 ? here : there, n % 4 < 2 ? ada : bob, roomId, `${n}`)));
    const log = await created(roomId);
    expect(log.map(({ seq }) => seq)).toEqual(Array.from({ length: 80 }, (_, n) => n + 3));
    expect(new Set(sent.map(({ id }) => id))).toEqual(new Set(log.map(({ subjectId }) => subjectId)));
    const history = await test.core.messages.list(ada.actor, roomId, { limit: 100 });
    expect(history.items).toEqual(log.map(({ d }) => d));
    const times = log.map(({ at }) => at);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
});

describe('a nonce', () => {
  it('takes effect once for fifty racing twins on two processes, who all hear of the one message', async () => {
    const roomId = await sharedRoom();
    const body = { content: 'only once', nonce: newNonce() };
    const processes = [test.core, test.another()];
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => insist(() => (processes[n % 2] as TestCore['core']).messages.send(bob.actor, roomId, body))));
    const [event, ...others] = await created(roomId);
    expect(others).toEqual([]);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(new Set(answers.map(({ message }) => JSON.stringify(message)))).toEqual(new Set([event?.payload]));
    // Nor did the forty-nine use up a number.
    expect((await makeMessage(test.core, ada, roomId)).seq).toBe(4);
  });

  it('answers the first message as it is now', async () => {
    const roomId = await sharedRoom();
    const body = { content: 'soon gone', nonce: newNonce() };
    const { message } = await test.core.messages.send(bob.actor, roomId, body);
    await test.database.primary.updateTable('messages').set({ deleted_at: new Date(), updated_seq: 9 }).where('id', '=', message.id).execute();
    const again = await test.core.messages.send(bob.actor, roomId, body);
    expect(again).toMatchObject({ replayed: true, message: { id: message.id, content: '', html: '', updatedSeq: 9, deletedAt: expect.any(String) } });
  });

  it('with another content is refused', async () => {
    const roomId = await sharedRoom();
    const nonce = newNonce();
    const outcomes = await Promise.allSettled(['one', 'two', 'three'].map((content) => test.core.messages.send(bob.actor, roomId, { content, nonce })));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))).toEqual([refused('message.nonce_reused'), refused('message.nonce_reused')]);
    expect(await created(roomId)).toHaveLength(1);
  });

  it('is one author\'s in one room', async () => {
    const [here, there] = [await sharedRoom(), await sharedRoom()];
    const body = { content: 'same', nonce: newNonce() };
    const sends = [[ada, here], [bob, here], [ada, there]] as const;
    const answers = await Promise.all(sends.map(([who, roomId]) => test.core.messages.send(who.actor, roomId, body)));
    expect(answers.map(({ replayed }) => replayed)).toEqual([false, false, false]);
  });

  it('of a removed member is not answered any more', async () => {
    const roomId = await sharedRoom('private');
    const body = { content: 'last words', nonce: newNonce() };
    await test.core.messages.send(bob.actor, roomId, body);
    await test.core.members.remove(ada.actor, roomId, bob.user.id);
    await expect(test.core.messages.send(bob.actor, roomId, body)).rejects.toEqual(refused('room.not_found'));
  });
});

describe('a send that races the removal of its author', () => {
  it('never commits behind it', async () => {
    for (let round = 0; round < 6; round += 1) {
      const roomId = await sharedRoom();
      const sends = Array.from({ length: 15 }, () => makeMessage(test.core, bob, roomId));
      const removal = test.core.members.remove(ada.actor, roomId, bob.user.id);
      const more = Array.from({ length: 15 }, () => makeMessage(test.core, bob, roomId));
      const outcomes = await Promise.allSettled([...sends, ...more]);
      await removal;
      const log = await test.log(`room:${roomId}`);
      expect(log.at(-1)).toMatchObject({ type: 'member.removed' });
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(log.length - 3);
      const codes = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []));
      expect(codes.every((code) => code === 'room.forbidden')).toBe(true);
    }
  });

  it('is refused when it had found its author a member and waited for the room behind the removal', async () => {
    const roomId = await sharedRoom();
    const stream = `room:${roomId}` as const;
    const { promise: isRemoved, resolve: removed } = Promise.withResolvers<void>();
    const send = isRemoved.then(() => makeMessage(test.core, bob, roomId)).catch((error: unknown) => error);
    await test.database.write(async (tx) => {
      const member = await findMember(tx, roomId, bob.user.id);
      if (member === undefined) throw new Error('Bob is no member');
      const last = await test.streams.append(tx, [{ stream }, { stream: `user:${bob.user.id}` }], (places) => ({
        row: deletingMember(roomId, bob.user.id),
        events: memberEvents('member.removed', member, places),
      }));
      await last.send();
      removed();
      await waitingForLock(send);
    });
    expect(await send).toEqual(refused('room.forbidden'));
    expect(await created(roomId)).toEqual([]);
  });
});

/** Until some statement of this database waits for a lock; fails if the work ends before that. */
async function waitingForLock(work: Promise<unknown>): Promise<void> {
  let isDone = false;
  void work.then(() => (isDone = true));
  for (;;) {
    const { rows } = await sql`
      SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`.execute(test.database.primary);
    if (rows.length > 0) return;
    if (isDone) throw new Error('it did not wait');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('the read marker', () => {
  const markers = async (who: Somebody, roomId: string) =>
    (await test.log(`user:${who.user.id}`)).filter(({ type }) => type === 'read.updated').map(({ d }) => d as Schemas['ReadMarker']).filter((marker) => marker.roomId === roomId);

  it('moves forward and tells my stream', async () => {
    const roomId = await sharedRoom();
    const { seq } = await makeMessage(test.core, ada, roomId);
    expect(await test.core.messages.markRead(bob.actor, roomId, { seq })).toEqual({ roomId, seq });
    expect(await markers(bob, roomId)).toEqual([{ roomId, seq }]);
    expect((await test.core.rooms.get(bob.actor, roomId)).my).toMatchObject({ readSeq: seq, unreadCount: 0 });
    expect(await created(roomId)).toHaveLength(1);
  });

  it('never moves back, and says nothing where it stays', async () => {
    const roomId = await sharedRoom();
    const { seq } = await makeMessage(test.core, ada, roomId);
    await test.core.messages.markRead(bob.actor, roomId, { seq });
    for (const lower of [seq, seq - 1, 0]) expect(await test.core.messages.markRead(bob.actor, roomId, { seq: lower })).toEqual({ roomId, seq });
    expect(await markers(bob, roomId)).toHaveLength(1);
  });

  it('rises through every event when ten devices race', async () => {
    const roomId = await sharedRoom();
    const seqs = (await Promise.all(Array.from({ length: 10 }, () => makeMessage(test.core, ada, roomId)))).map(({ seq }) => seq);
    const highest = Math.max(...seqs);
    const answers = await Promise.all(seqs.map((seq) => test.core.messages.markRead(bob.actor, roomId, { seq })));
    expect(answers.every((answer, index) => answer.seq >= (seqs[index] ?? 0))).toBe(true);
    const told = (await markers(bob, roomId)).map(({ seq }) => seq);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(new Set(told).size).toBe(told.length);
    expect(told.at(-1)).toBe(highest);
    expect((await test.core.rooms.get(bob.actor, roomId)).my?.readSeq).toBe(highest);
  });

  it('cannot be ahead of the room', async () => {
    const roomId = await sharedRoom();
    const head = (await test.core.rooms.get(bob.actor, roomId)).head;
    await expect(test.core.messages.markRead(bob.actor, roomId, { seq: head + 1 })).rejects.toEqual(refused('read_marker.ahead'));
    expect(await test.core.messages.markRead(ada.actor, roomId, { seq: head })).toEqual({ roomId, seq: head });
  });

  it('is for members', async () => {
    await expect(test.core.messages.markRead(carol.actor, await sharedRoom(), { seq: 1 })).rejects.toEqual(refused('room.forbidden'));
    await expect(test.core.messages.markRead(carol.actor, await sharedRoom('private'), { seq: 1 })).rejects.toEqual(refused('room.not_found'));
  });
});

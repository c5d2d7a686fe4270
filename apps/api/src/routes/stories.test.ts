import assert from 'node:assert/strict';
import { createConfab, type ProblemError } from '@confab/sdk';
import { createTestUser, startTestStack, type TestStack, type TestUser } from '@confab/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readOperations } from '../http/document.ts';
import { currentStep, totpCode } from '../testing/two-apis.ts';

let stack: TestStack;
let ada: TestUser;
let bob: TestUser;

beforeAll(async () => {
  stack = await startTestStack({ gateways: 0, env: { GATEWAY_URLS: 'ws://127.0.0.1:3001/gateway?v=1,ws://127.0.0.1:3002/gateway?v=1' } });
  [ada, bob] = await Promise.all([createTestUser(stack, { displayName: 'Ada Lovelace' }), createTestUser(stack)]);
});

afterAll(async () => {
  try {
    // The last lines of the log may still be on their way.
    await vi.waitFor(() => assert.deepEqual(untold(), [], 'ways to succeed that no story tells'), { timeout: 10_000 });
  } finally {
    await stack.stop();
  }
});

function untold(): string[] {
  const told = new Set(stack.api.log.map((line) => `${String(line['operationId'])} ${String(line['status'])}`));
  return readOperations()
    .flatMap(({ operationId, successStatuses }) => successStatuses.map((status) => `${operationId} ${status}`))
    .filter((success) => !told.has(success));
}

const refused = (code: string) => expect.objectContaining<Partial<ProblemError>>({ name: 'ProblemError', code });
const room = (kind: 'public' | 'private' = 'public') => ada.confab.rest.createRoom({ name: 'general', kind });
const say = ({ confab }: TestUser, roomId: string, content: string, nonce: string = crypto.randomUUID()) =>
  confab.rest.createMessage(roomId, { content, nonce });

describe('a session', () => {
  test('begins with registering, is renewed once a token, and ends', async () => {
    const { confab, user, password } = await createTestUser(stack, { displayName: 'Grace' });
    expect(user).toMatchObject({ kind: 'person', displayName: 'Grace' });
    expect(await confab.rest.getMe()).toEqual(user);
    const refreshToken = confab.auth.session?.refreshToken ?? '';
    const renewed = await confab.rest.refreshSession({ refreshToken });
    expect(renewed).toMatchObject({ user, sessionId: confab.auth.session?.sessionId, accessTokenExpiresInSeconds: 900 });
    expect(renewed.refreshToken).not.toBe(refreshToken);

    const elsewhere = createConfab({ baseUrl: stack.baseUrl, fetch: stack.fetch });
    expect(await elsewhere.auth.signIn({ username: user.username.toUpperCase(), password })).toEqual(user);
    await confab.rest.signOut();
    await expect(
      stack
        .fetch(`${stack.baseUrl}/api/v1/users/me`, { headers: { authorization: `Bearer ${renewed.accessToken}` } })
        .then((response) => response.json()),
    ).resolves.toMatchObject({ code: 'session.ended' });
    expect(await elsewhere.rest.getMe()).toEqual(user);
  });

  test('is listed and ended from another, with the password changed and a second factor set up and removed', async () => {
    const { confab, user, password } = await createTestUser(stack);
    const elsewhere = createConfab({ baseUrl: stack.baseUrl, fetch: stack.fetch });
    await elsewhere.auth.signIn({ username: user.username, password });
    expect((await confab.rest.listSessions()).items).toHaveLength(2);
    await confab.rest.endSession(elsewhere.auth.session?.sessionId ?? '');
    await confab.rest.changePassword({ currentPassword: password, newPassword: 'a much finer one' });
    const { secret } = await confab.rest.enrolSecondFactor({ password: 'a much finer one' });
    await confab.rest.confirmSecondFactor({ code: totpCode(secret, currentStep()) });
    expect(await confab.rest.getSecondFactor()).toEqual({ isEnabled: true, recoveryCodesLeft: 10 });
    await confab.rest.removeSecondFactor({ password: 'a much finer one' });
    await confab.rest.signOutEverywhere();
    await expect(confab.rest.getMe()).rejects.toEqual(refused('session.ended'));
  });

  test('is not given for a wrong password, and whether the name exists is not told', async () => {
    const stranger = createConfab({ baseUrl: stack.baseUrl, fetch: stack.fetch });
    const [known, unknown] = await Promise.allSettled([
      stranger.rest.signIn({ username: ada.user.username, password: 'wrong horse' }),
      stranger.rest.signIn({ username: 'nobody-of-that-name', password: 'wrong horse' }),
    ]);
    expect(known).toEqual({ status: 'rejected', reason: refused('credentials.invalid') });
    expect(unknown).toEqual({ status: 'rejected', reason: refused('credentials.invalid') });
  });
});

describe('a room', () => {
  test('is made, found, renamed and described', async () => {
    const made = await room();
    expect(made).toMatchObject({ kind: 'public', name: 'general', description: '', memberCount: 1, my: { role: 'owner', unreadCount: 0 } });
    expect((await bob.confab.rest.listRooms({ scope: 'discoverable', query: 'GENER', limit: 100 })).items.map(({ id }) => id)).toContain(made.id);
    expect((await ada.confab.rest.listRooms({ limit: 100 })).items.map(({ id }) => id)).toContain(made.id);
    const changed = await ada.confab.rest.updateRoom(made.id, { name: "it's (all) *new*!", description: 'Anything' });
    expect(changed).toMatchObject({ name: "it's (all) *new*!", description: 'Anything' });
    expect(await ada.confab.rest.getRoom(made.id)).toEqual(changed);
    expect((await ada.confab.rest.listRooms({ query: "it's (all) *" })).items.map(({ id }) => id)).toEqual([made.id]);
  });

  test('is listed page by page, each once', async () => {
    const carol = await createTestUser(stack);
    for (let n = 0; n < 5; n++) await carol.confab.rest.createRoom({ name: `room ${n}`, kind: 'private' });
    const names: (string | null)[] = [];
    let cursor: string | null = null;
    do {
      const page = await carol.confab.rest.listRooms({ limit: 2, ...(cursor === null ? {} : { cursor }) });
      names.push(...page.items.map(({ name }) => name));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(names).toEqual(['room 4', 'room 3', 'room 2', 'room 1', 'room 0']);
  });

  test('that is public is joined, once or twice, and left', async () => {
    const { id } = await room();
    const joined = await bob.confab.rest.joinRoom(id);
    expect(joined).toMatchObject({ roomId: id, user: { id: bob.user.id }, role: 'member' });
    expect(await bob.confab.rest.joinRoom(id)).toEqual(joined);
    expect((await ada.confab.rest.listMembers(id)).items.map(({ user }) => user.id)).toEqual([ada.user.id, bob.user.id]);
    await ada.confab.rest.leaveRoom(id);
    expect((await bob.confab.rest.listMembers(id)).items).toMatchObject([{ user: { id: bob.user.id }, role: 'owner' }]);
  });

  test('that is private does not exist for others, until they are added, and again once they are removed', async () => {
    const { id } = await room('private');
    const { rest } = bob.confab;
    const doors = [
      () => rest.getRoom(id),
      () => rest.joinRoom(id),
      () => rest.leaveRoom(id),
      () => rest.listMembers(id),
      () => rest.listMessages(id),
      () => say(bob, id, 'hello?'),
      () => rest.markRead(id, { seq: 0 }),
      () => rest.updateRoom(id, { name: 'mine' }),
      () => rest.addMember(id, { userId: bob.user.id }),
      () => rest.removeMember(id, ada.user.id),
    ];
    for (const door of doors) await expect(door()).rejects.toEqual(refused('room.not_found'));
    expect(await ada.confab.rest.addMember(id, { username: bob.user.username })).toMatchObject({ user: { id: bob.user.id } });
    expect(await rest.getRoom(id)).toMatchObject({ id, memberCount: 2 });
    await ada.confab.rest.removeMember(id, bob.user.id);
    await expect(rest.getRoom(id)).rejects.toEqual(refused('room.not_found'));
  });
});

describe('a message', () => {
  test('is said, rendered, and takes effect once a nonce', async () => {
    const { id } = await room();
    await bob.confab.rest.joinRoom(id);
    const said = await say(bob, id, 'Hello, **world** <script>alert(1)</script>', 'nonce-1');
    expect(said).toMatchObject({ roomId: id, author: { id: bob.user.id }, nonce: 'nonce-1', parentMessageId: null, editedAt: null, deletedAt: null });
    expect(said.html).toContain('<strong>world</strong>');
    expect(said.html).not.toContain('<script');
    expect(await say(bob, id, 'Hello, **world** <script>alert(1)</script>', 'nonce-1')).toEqual(said);
    await expect(say(bob, id, 'something else', 'nonce-1')).rejects.toEqual(refused('message.nonce_reused'));
    expect((await say(ada, id, 'mine', 'nonce-1')).seq).toBe(said.seq + 1);
  });

  test('is found again in pages from either end', async () => {
    const { id } = await room();
    const said = [];
    for (let n = 1; n <= 7; n++) said.push(await say(ada, id, `message ${n}`));
    const numbers = (page: { items: { content: string }[]; hasMoreBefore: boolean; hasMoreAfter: boolean }) => [
      page.hasMoreBefore,
      page.items.map(({ content }) => Number(content.slice(8))),
      page.hasMoreAfter,
    ];
    const page = async (query: object) => numbers(await ada.confab.rest.listMessages(id, query));
    const fourth = said[3]?.id;
    expect(await page({ limit: 3 })).toEqual([true, [5, 6, 7], false]);
    expect(await page({ limit: 2, before: fourth })).toEqual([true, [2, 3], true]);
    expect(await page({ limit: 5, before: fourth })).toEqual([false, [1, 2, 3], true]);
    expect(await page({ limit: 3, after: fourth })).toEqual([true, [5, 6, 7], false]);
    expect(await page({ limit: 4, around: fourth })).toEqual([true, [2, 3, 4, 5], true]);
    expect(await page({})).toEqual([false, [1, 2, 3, 4, 5, 6, 7], false]);
  });

  test('counts as unread until it is read, and reading never goes back', async () => {
    const { id } = await room();
    await bob.confab.rest.joinRoom(id);
    const first = await say(ada, id, 'one');
    const second = await say(ada, id, 'two');
    await say(bob, id, 'my own');
    expect((await bob.confab.rest.getRoom(id)).my).toMatchObject({ unreadCount: 2 });
    expect(await bob.confab.rest.markRead(id, { seq: first.seq })).toEqual({ roomId: id, seq: first.seq });
    expect((await bob.confab.rest.getRoom(id)).my).toMatchObject({ unreadCount: 1, readSeq: first.seq });
    await bob.confab.rest.markRead(id, { seq: second.seq });
    expect(await bob.confab.rest.markRead(id, { seq: first.seq })).toEqual({ roomId: id, seq: second.seq });
  });
});

describe('the way into the realtime half', () => {
  test('is a ticket, and where to go with it', async () => {
    const tickets = await Promise.all(Array.from({ length: 12 }, () => ada.confab.rest.createGatewayTicket()));
    for (const { ticket, url, urls, expiresInSeconds } of tickets) {
      expect(ticket).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
      expect(url).toBe(urls[0]);
      expect(urls.toSorted()).toEqual(['ws://127.0.0.1:3001/gateway?v=1', 'ws://127.0.0.1:3002/gateway?v=1']);
      expect(expiresInSeconds).toBe(30);
    }
    expect(new Set(tickets.map(({ ticket }) => ticket)).size).toBe(12);
    expect(new Set(tickets.map(({ url }) => url)).size).toBe(2);
  });

  test('is a snapshot whose heads are those of its rooms', async () => {
    const dora = await createTestUser(stack);
    const { id } = await dora.confab.rest.createRoom({ name: 'mine', kind: 'private' });
    const message = await say(dora, id, 'first');
    const sync = await dora.confab.rest.getSync();
    expect(sync.user).toEqual(dora.user);
    expect(sync.rooms).toMatchObject([{ id, head: message.seq }]);
    expect(sync.streams).toEqual({ [`room:${id}`]: message.seq, [`user:${dora.user.id}`]: 1 });
    expect(sync.epoch).not.toBe('');
  });
});

test('a room that is asked for again under its key is the first one', async () => {
  const body = { name: 'once', kind: 'private' } as const;
  const key = { 'Idempotency-Key': 'a-key-of-mine' };
  const first = await ada.confab.rest.createRoom(body, key);
  expect(await ada.confab.rest.createRoom(body, key)).toEqual(first);
});

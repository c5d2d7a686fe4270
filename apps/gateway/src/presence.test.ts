import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import type { Schemas } from '@confab/contract';
import { createDatabase, type Database } from '@confab/db';
import { createLogger } from '@confab/runtime';
import { startTestStack, type TestStack } from '@confab/testing';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { answered, closeCode, identified, type Identified, type Member, newMember, newRoom, newTicket, outcomeOf, identifying, presencesOf } from './testing/members.ts';

const graceMs = 3_000;
const ttlMs = 9_000;
const patient = { timeout: 30_000, interval: 100 };
let stack: TestStack;
let database: Database;
let ada: Member;
let bob: Member;
let room: Schemas['Room'];

beforeAll(async () => {
  const env = { PRESENCE_GRACE_MS: String(graceMs), LEASE_TTL_MS: String(ttlMs), PRESENCE_BATCH_MS: '200', PRESENCE_SWEEP_MS: '100', DRAIN_SPREAD_MS: '100' };
  stack = await startTestStack({ gateways: 2, env });
  const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
  database = createDatabase({ primaryUrl: stack.database.url, replicaUrls: [], applicationName: 'test', logger });
}, 120_000);
afterAll(async () => {
  await database.stop();
  await stack.stop();
}, 60_000);
beforeEach(async () => {
  [ada, bob] = await Promise.all([newMember(stack), newMember(stack)]);
  room = await newRoom(ada);
  await bob.call('POST', `/rooms/${room.id}/join`);
});

const focus = (probe: Identified, roomId: string | null, watch?: readonly string[]) => probe.send({ t: 'focus', d: { roomId, ...(watch && { watch }) } });
const say = (probe: Identified, state: 'online' | 'away') => probe.send({ t: 'presence', d: { state } });
const sees = (probe: Identified, member: Member, states: readonly string[]) => expect.poll(() => presencesOf(probe, member), patient).toEqual(states);
const membersOf = async (reader: Member) => {
  const { items } = await reader.call<Schemas['MemberPage']>('GET', `/rooms/${room.id}/members`);
  return Object.fromEntries(items.map(({ user, presence }) => [user.id, presence]));
};

/** Somebody else came and it was seen: what happened before would have been seen too. */
async function fence(probe: Identified, watch: readonly string[]): Promise<void> {
  const carol = await newMember(stack);
  await carol.call('POST', `/rooms/${room.id}/join`);
  await answered(probe);
  focus(probe, null, [...watch, carol.id]);
  await sees(probe, carol, ['offline']);
  await identified(stack, carol, { gateway: 1 });
  await sees(probe, carol, ['offline', 'online']);
}

it('is told once each way of the members of the room one looks at, whoever sweeps', { timeout: 90_000 }, async () => {
  const watching = await Promise.all([0, 1].map((gateway) => identified(stack, ada, { gateway })));
  for (const probe of watching) focus(probe, room.id);
  for (const probe of watching) await sees(probe, bob, ['offline']);
  for (const probe of watching) await sees(probe, ada, ['online']);
  const there = await Promise.all([0, 1].map((gateway) => identified(stack, bob, { gateway })));
  for (const probe of watching) await sees(probe, bob, ['offline', 'online']);
  for (const probe of there) probe.close();
  for (const probe of watching) await sees(probe, bob, ['offline', 'online', 'offline']);
  await fence(watching[0]!, [bob.id]);
  for (const probe of watching) expect(presencesOf(probe, bob)).toEqual(['offline', 'online', 'offline']);
});

it('is told nothing of a reconnect within the grace', { timeout: 90_000 }, async () => {
  const probe = await identified(stack, ada);
  let there = await identified(stack, bob, { gateway: 0 });
  focus(probe, room.id);
  await sees(probe, bob, ['online']);
  for (const gateway of [1, 0, 1]) {
    there.cut();
    there = await identified(stack, bob, { gateway, replaces: there.connectionId });
  }
  await delay(graceMs + 1_000);
  expect(presencesOf(probe, bob)).toEqual(['online']);
  there.close();
  await sees(probe, bob, ['online', 'offline']);
});

it('is away when all of his connections are, on whatever gateway', { timeout: 90_000 }, async () => {
  const probe = await identified(stack, ada);
  focus(probe, room.id);
  await sees(probe, bob, ['offline']);
  const [first, second] = [await identified(stack, bob, { gateway: 0 }), await identified(stack, bob, { gateway: 1 })];
  await sees(probe, bob, ['offline', 'online']);
  say(first, 'away');
  await answered(first);
  await fence(probe, [bob.id]);
  expect(presencesOf(probe, bob)).toEqual(['offline', 'online']);
  say(second, 'away');
  await sees(probe, bob, ['offline', 'online', 'away']);
  say(first, 'online');
  await sees(probe, bob, ['offline', 'online', 'away', 'online']);
  first.close();
  await sees(probe, bob, ['offline', 'online', 'away', 'online', 'away']);
});

it('watches whom one names, if one meets him somewhere, and no longer', { timeout: 90_000 }, async () => {
  const stranger = await newMember(stack);
  await identified(stack, stranger);
  const there = await identified(stack, bob, { gateway: 1 });
  const probe = await identified(stack, ada);
  focus(probe, null, [stranger.id, bob.id, randomUUID()]);
  await sees(probe, bob, ['online']);
  expect(presencesOf(probe, stranger)).toEqual([]);
  // A focus without a list keeps the one before.
  focus(probe, room.id);
  focus(probe, null);
  say(there, 'away');
  await sees(probe, bob, ['online', 'away']);
  await bob.call('POST', `/rooms/${room.id}/leave`);
  await probe.next('member.removed', undefined, 20_000);
  await delay(2_000);
  say(there, 'online');
  await answered(there);
  await delay(1_000);
  expect(presencesOf(probe, bob)).toEqual(['online', 'away']);
  expect(presencesOf(probe, stranger)).toEqual([]);
});

it('follows who comes into the room and who goes', { timeout: 90_000 }, async () => {
  const probe = await identified(stack, ada);
  focus(probe, room.id);
  await sees(probe, bob, ['offline']);
  const carol = await newMember(stack);
  await identified(stack, carol);
  await carol.call('POST', `/rooms/${room.id}/join`);
  await sees(probe, carol, ['online']);
  await ada.call('POST', `/rooms/${room.id}/leave`);
  await probe.next('member.removed', (frame) => frame.d.user.id === ada.id, 20_000);
  await delay(2_000);
  const there = await identified(stack, bob);
  await answered(there);
  await delay(1_000);
  expect(presencesOf(probe, bob)).toEqual(['offline']);
});

it('looks at no room that is not one\'s own', { timeout: 60_000 }, async () => {
  const stranger = await newMember(stack);
  const probe = await identified(stack, stranger);
  probe.send({ t: 'focus', d: { roomId: room.id }, ref: 'f' });
  expect(await probe.next('error', undefined, 20_000)).toMatchObject({ ref: 'f', d: { problem: { code: 'room.not_found' } } });
  expect(probe.frames.filter(({ t }) => t === 'presence')).toEqual([]);
});

it('stands in the list of members, for members', { timeout: 60_000 }, async () => {
  const stranger = await newMember(stack);
  expect(await membersOf(ada)).toEqual({ [ada.id]: 'offline', [bob.id]: 'offline' });
  const there = await identified(stack, bob);
  expect(await membersOf(ada)).toEqual({ [ada.id]: 'offline', [bob.id]: 'online' });
  expect(await membersOf(stranger)).toEqual({ [ada.id]: undefined, [bob.id]: undefined });
  there.close();
  await expect.poll(() => membersOf(ada), patient).toEqual({ [ada.id]: 'offline', [bob.id]: 'offline' });
});

it('of a large room only those are told who are named', { timeout: 60_000 }, async () => {
  const at = new Date();
  const crowd = Array.from({ length: 500 }, (_, index) => ({ id: randomUUID(), name: `crowd-${randomUUID().slice(0, 13)}`, seq: 1_000 + index }));
  await database.primary.insertInto('users').values(crowd.map(({ id, name }) => ({ id, username: name, display_name: name, email: null, password_hash: null, created_at: at, updated_at: at }))).execute();
  await database.primary
    .insertInto('memberships')
    .values(crowd.map(({ id, seq }) => ({ room_id: room.id, user_id: id, role: 'member', joined_seq: seq, read_seq: seq, joined_at: at })))
    .execute();
  await database.primary.updateTable('rooms').set({ member_count: 502 }).where('id', '=', room.id).execute();
  await identified(stack, bob);
  const probe = await identified(stack, ada);
  focus(probe, room.id);
  await answered(probe);
  focus(probe, room.id, [bob.id]);
  await sees(probe, bob, ['online']);
  expect(probe.frames.filter(({ t }) => t === 'presence')).toHaveLength(1);
  expect(Object.values(await membersOf(ada)).filter((presence) => presence !== undefined)).toEqual([]);
});

it('gives the places of a gateway that was killed back, and tells that its people are gone', { timeout: 120_000 }, async () => {
  const probe = await identified(stack, ada, { gateway: 0 });
  focus(probe, room.id);
  await Promise.all(Array.from({ length: 10 }, () => identified(stack, bob, { gateway: 1 })));
  await sees(probe, bob, ['offline', 'online']);
  const ticket = await newTicket(bob);
  await stack.gateways[1]!.kill();
  try {
    expect(await closeCode(await identifying(stack, bob, { gateway: 0, ticket }))).toBe(4409);
    await sees(probe, bob, ['offline', 'online', 'offline']);
    expect(await outcomeOf(await identifying(stack, bob, { gateway: 0 }))).toBe('ready');
    await sees(probe, bob, ['offline', 'online', 'offline', 'online']);
  } finally {
    await stack.gateways[1]!.restart();
  }
});

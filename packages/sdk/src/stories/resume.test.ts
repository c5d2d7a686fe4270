import { startTestStack } from '@confab/testing';
import type { TestStack } from '@confab/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createConversation, numbered } from '../testing/conversation.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack({ gateways: 2, env: { DRAIN_SPREAD_MS: '300' } });
});
afterAll(() => stack.stop());

const patience = { timeout: 15_000 };
const gatewayOf = (url: string | undefined) => stack.gatewayUrls.indexOf(url ?? '');

test('two clients on two gateways hear the same, in one order', async () => {
  const { members, say } = await createConversation(stack, [0, 1]);
  const [ada, bob] = members as [(typeof members)[0], (typeof members)[0]];
  const both = await Promise.all([say(numbered('from ada', 20)), say(numbered('from bob', 20), bob)]);
  const all = both.flat().toSorted((one, other) => Number.parseInt(one, 10) - Number.parseInt(other, 10));
  for (const { heard } of [ada, bob]) await expect.poll(() => heard, patience).toEqual(all);
});

test('a connection that is lost is resumed on the other gateway; nothing is missing and nothing comes twice', async () => {
  const { members, say } = await createConversation(stack, [0, undefined]);
  const bob = members[1]!;
  const first = await say(numbered('before', 3));
  await expect.poll(() => bob.heard, patience).toEqual(first);
  expect(bob.cut()).toBe(1);
  const second = await say(numbered('meanwhile', 10));
  await expect.poll(() => bob.heard, patience).toEqual([...first, ...second]);
  expect(gatewayOf(bob.ready[1]?.url)).toBe(1 - gatewayOf(bob.ready[0]?.url));
  expect(bob.confab.realtime.counts).toMatchObject({ gaps: 0, resyncs: 0, connections: 2 });
});

test('a gateway is killed while people talk', { timeout: 60_000 }, async () => {
  const { members, say } = await createConversation(stack, [undefined, undefined, undefined]);
  const victim = stack.gateways[gatewayOf(members[1]!.ready[0]?.url)]!;
  const saying = Promise.all(members.map((member, n) => say(numbered(`from ${n}`, 40), member)));
  await expect.poll(() => members[1]!.heard.length, patience).toBeGreaterThan(10);
  await victim.kill();
  const all = (await saying).flat().toSorted((one, other) => Number.parseInt(one, 10) - Number.parseInt(other, 10));
  for (const { heard } of members) await expect.poll(() => heard, patience).toEqual(all);
  for (const { confab } of members) expect(confab.realtime.counts).toMatchObject({ gaps: 0, resyncs: 0 });
  await victim.restart();
});

test('a gateway that stops hands its people over: they are live throughout', { timeout: 60_000 }, async () => {
  const { members, say } = await createConversation(stack, [undefined, undefined]);
  const bob = members[1]!;
  const leaving = stack.gateways[gatewayOf(bob.ready[0]?.url)]!;
  bob.states.length = 0;
  const saying = say(numbered('word', 60));
  await leaving.stop();
  const all = await saying;
  await expect.poll(() => bob.heard, patience).toEqual(all);
  await expect.poll(() => bob.ready.length, patience).toBe(2);
  expect(bob.states).toEqual([]);
  expect(bob.confab.realtime.counts).toMatchObject({ gaps: 0, resyncs: 0 });
  await leaving.restart();
});

test('a room that was joined while connected is heard from there on, and one that was left is not', async () => {
  const { members, roomId, say } = await createConversation(stack, [0, 1]);
  const [ada, bob] = members as [(typeof members)[0], (typeof members)[0]];
  await bob.confab.rest.leaveRoom(roomId);
  await expect.poll(() => bob.confab.realtime.cursors[`room:${roomId}`], patience).toBeUndefined();
  const unheard = await say(['without bob']);
  await bob.confab.rest.joinRoom(roomId);
  const after = await say(numbered('with bob', 5));
  await expect.poll(() => bob.heard, patience).toEqual(after);
  await expect.poll(() => ada.heard, patience).toEqual([...unheard, ...after]);
  expect(bob.states.filter((state) => state === 'offline')).toEqual([]);
});

test('from a snapshot on: what happened between `getSync` and the connection comes', async () => {
  const { members, roomId, say } = await createConversation(stack, [0, 1]);
  const bob = members[1]!;
  bob.confab.realtime.close();
  const snapshot = await bob.confab.rest.getSync();
  const said = await say(numbered('after the snapshot', 4));
  bob.heard.length = 0;
  await bob.confab.realtime.connect(snapshot);
  expect(bob.heard).toEqual(said);
  expect(bob.confab.realtime.cursors[`room:${roomId}`]).toBe((await bob.confab.rest.getRoom(roomId)).head);
});

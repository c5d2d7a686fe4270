import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConfab, NetworkError, ProblemError } from '@confab/sdk';
import type { Confab, Schemas } from '@confab/sdk';
import { expect, test } from 'vitest';
import { makeTemporaryFolder } from '../stack/temporary-folder.ts';
import { launchStack } from '../test/launch-stack.ts';
import type { LaunchedStack, StackFacts } from '../test/launch-stack.ts';
import { history } from './traffic.ts';

const victims = ['api', 'gateway-1', 'gateway-2', 'redis', 'replica'];
const senders = 4;
/** So many are acknowledged between a kill and the next, however slow the machine is. */
const between = 40;
const sendEveryMs = 40;

interface Member {
  readonly confab: Confab;
  /** Numbers and ids of what came over the socket, in the order of coming. */
  readonly received: { seq: number; id: string }[];
  readonly acknowledged: Schemas['Message'][];
  resyncs: number;
}

async function enter(apiUrl: string, roomId?: string): Promise<Member> {
  const confab = createConfab({ baseUrl: apiUrl });
  const username = `member-${randomBytes(5).toString('hex')}`;
  await confab.auth.register({ username, email: `${username}@example.org`, password: randomBytes(12).toString('hex') });
  if (roomId !== undefined) await confab.rest.joinRoom(roomId);
  const member: Member = { confab, received: [], acknowledged: [], resyncs: 0 };
  confab.realtime.on('message.created', ({ seq, data }) => {
    member.received.push({ seq, id: data.id });
  });
  confab.realtime.on('resync', () => {
    member.resyncs += 1;
  });
  return member;
}

async function connect({ confab }: Member): Promise<void> {
  const isLive = new Promise<void>((resolve) => {
    confab.realtime.on('state', ({ state }) => {
      if (state === 'live') resolve();
    });
  });
  void confab.realtime.connect();
  await isLive;
}

/** Goes on under the same nonce until the answer is there, as a client with an outbox does. */
async function say(member: Member, roomId: string, content: string): Promise<void> {
  const nonce = randomBytes(9).toString('base64url');
  for (;;) {
    try {
      member.acknowledged.push(await member.confab.rest.createMessage(roomId, { content, nonce }));
      return;
    } catch (error) {
      const mayPass = error instanceof NetworkError || (error instanceof ProblemError && error.retryable);
      if (!mayPass) throw error;
      await sleep(200);
    }
  }
}

function kill(folder: string, victim: string): void {
  const { processes } = JSON.parse(readFileSync(join(folder, 'stack.json'), 'utf8')) as StackFacts;
  const pid = processes.find(({ name }) => name === victim)?.pid;
  if (pid === undefined) throw new Error(`there is no ${victim}`);
  process.kill(pid, 'SIGKILL');
}

async function withStack(work: (stack: LaunchedStack, folder: string) => Promise<void>): Promise<void> {
  const folder = await makeTemporaryFolder();
  try {
    const stack = await launchStack({ CONFAB_DATA_DIR: folder });
    try {
      await work(stack, folder);
    } finally {
      await stack.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('whatever is killed, each acknowledged message reaches every member once, and in one order', { timeout: 180_000 }, async () => {
  await withStack(async (stack, folder) => {
    const owner = await enter(stack.apiUrl);
    const room = await owner.confab.rest.createRoom({ name: 'Under fire', kind: 'public' });
    const others = await Promise.all(Array.from({ length: senders }, () => enter(stack.apiUrl, room.id)));
    const members = [owner, ...others];
    try {
      await Promise.all(members.map(connect));
      const headBefore = (await owner.confab.rest.getRoom(room.id)).head;

      const acknowledged = (): number => others.reduce((sum, member) => sum + member.acknowledged.length, 0);
      let isOver = false;
      const talking = others.map(async (member, index) => {
        for (let count = 0; !isOver; count += 1) {
          await say(member, room.id, `${index}.${count}`);
          await sleep(sendEveryMs);
        }
      });
      const killing = (async () => {
        for (const [index, victim] of victims.entries()) {
          await expect.poll(acknowledged, { timeout: 60_000 }).toBeGreaterThan(index * between);
          kill(folder, victim);
        }
        await expect.poll(acknowledged, { timeout: 60_000 }).toBeGreaterThan(victims.length * between);
        isOver = true;
      })();
      await Promise.all([killing, ...talking]);

      const messages = await history(owner, room.id);
      const expected = messages.map(({ seq, id }) => ({ seq, id }));
      console.log(`acknowledged ${acknowledged()}, in the room ${messages.length}, killed ${victims.join(', ')}`);

      // Acknowledged and in the room are the same here: every sender went on until he had his answer.
      expect(others.flatMap((member) => member.acknowledged.map(({ id }) => id)).toSorted()).toEqual(messages.map(({ id }) => id).toSorted());
      expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, index) => headBefore + 1 + index));
      for (const member of members) {
        await expect.poll(() => member.received.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(messages.length);
        expect(member.received).toEqual(expected);
        expect(member.resyncs).toBe(0);
      }
    } finally {
      for (const { confab } of members) confab.close();
    }
  });
});

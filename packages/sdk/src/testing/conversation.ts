import { randomUUID } from 'node:crypto';
import type { TestStack, TestUser } from '@confab/testing';
import { createTestUser } from '@confab/testing';
import type { ReadyEvent, RealtimeState } from '../index.ts';

export interface Listener extends TestUser {
  /** `seq content`, as they came. */
  readonly heard: string[];
  readonly states: RealtimeState[];
  readonly ready: ReadyEvent[];
}

/** Somebody who is connected and writes down what happens. */
export async function listen(user: TestUser): Promise<Listener> {
  const listener: Listener = { ...user, heard: [], states: [], ready: [] };
  const { realtime } = user.confab;
  realtime.on('message.created', ({ seq, data }) => void listener.heard.push(`${seq} ${data.content}`));
  realtime.on('state', ({ state }) => void listener.states.push(state));
  realtime.on('ready', (event) => void listener.ready.push(event));
  await realtime.connect();
  return listener;
}

/** A room with its owner and others, all connected. */
export async function createConversation(stack: TestStack, gateways: readonly (number | undefined)[]) {
  const users = [];
  for (const gateway of gateways) users.push(await createTestUser(stack, gateway === undefined ? {} : { gateway }));
  const [owner, ...others] = users as [TestUser, ...TestUser[]];
  const room = await owner.confab.rest.createRoom({ name: 'lab', kind: 'public' });
  for (const other of others) await other.confab.rest.joinRoom(room.id);
  const members = await Promise.all(users.map(listen));
  return {
    roomId: room.id,
    members,
    /** One after the other. Answers what everybody must hear. */
    async say(contents: readonly string[], by = owner): Promise<string[]> {
      const said = [];
      for (const content of contents) {
        const message = await by.confab.rest.createMessage(room.id, { content, nonce: randomUUID() });
        said.push(`${message.seq} ${content}`);
      }
      return said;
    },
  };
}

export const numbered = (word: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${word} ${n}`);

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createConfab, ProblemError } from '@confab/sdk';
import type { Confab } from '@confab/sdk';
import type { Processes } from './processes.ts';
import { writePrivateJson } from './secrets.ts';
import type { Secrets } from './secrets.ts';
import type { StackSettings } from './settings.ts';

export type Demo = { usernames: readonly string[]; password: string };

type DemoInput = { settings: StackSettings; secrets: Secrets; processes: Processes; say: (line: string) => void };

const people = [
  { username: 'ada', displayName: 'Ada Lovelace' },
  { username: 'grace', displayName: 'Grace Hopper' },
] as const;

const room = { name: 'Welcome', kind: 'public', description: 'Try things out here. Nothing in this room is important.' } as const;

const conversation: readonly [speaker: 0 | 1, content: string][] = [
  [0, 'Hello! This is the room everybody can join.'],
  [1, 'Hi Ada. I am on the *other* gateway, and your message came through all the same.'],
  [0, 'Markdown works: **bold**, _italic_, `code`, and\n\n```ts\nconst message = await confab.rest.createMessage(roomId, { content, nonce });\n```'],
  [1, 'Lists too:\n\n- every message has a number in its room\n- a client that was away asks for what it missed\n- nothing comes twice'],
  [0, 'Open a second window, sign in as `grace`, and pull the network plug for a while.'],
  [1, '> and then?\n\nThen it says so, and catches up by itself.'],
];

/**
 * Two people and a room with something in it, made through the front door. Only in a database of our own, which no stranger reaches with
 * the demo password; can be repeated after a start that was cut short.
 */
export async function seedDemo({ settings, secrets, processes, say }: DemoInput): Promise<Demo | undefined> {
  const baseUrl = processes.units.find(({ name }) => name === 'api')?.url;
  if (baseUrl === undefined || settings.databaseUrl !== undefined || !settings.mayMigrate) return undefined;
  const demo = { usernames: people.map(({ username }) => username), password: secrets.demoPassword };
  const marker = join(settings.dataDirectory, 'demo.json');
  if (existsSync(marker)) return demo;
  say('making two people and a room to try it with');
  const speakers = [createConfab({ baseUrl }), createConfab({ baseUrl })] as const;
  const [ada, grace] = speakers;
  try {
    await enter(ada, people[0], demo.password);
    await enter(grace, people[1], demo.password);
    const roomId = await ensureRoom(ada);
    await grace.rest.joinRoom(roomId);
    for (const [index, [speaker, content]] of conversation.entries()) {
      await speakers[speaker].rest.createMessage(roomId, { content, nonce: `demo-${index}` });
    }
    await Promise.all([ada.auth.signOut(), grace.auth.signOut()]);
  } finally {
    ada.close();
    grace.close();
  }
  writePrivateJson(marker, { madeAt: new Date().toISOString() });
  return demo;
}

async function enter(confab: Confab, { username, displayName }: (typeof people)[number], password: string): Promise<void> {
  try {
    await confab.auth.register({ username, displayName, email: `${username}@example.org`, password });
  } catch (error) {
    if (!(error instanceof ProblemError) || error.status !== 409) throw error;
    await confab.auth.signIn({ username, password });
  }
}

async function ensureRoom(confab: Confab): Promise<string> {
  const mine = await confab.rest.listRooms();
  const found = mine.items.find(({ name }) => name === room.name);
  return (found ?? (await confab.rest.createRoom(room))).id;
}

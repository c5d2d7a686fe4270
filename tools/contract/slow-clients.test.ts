import { setTimeout as delay } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { createTestUser, startTestStack, type TestStack, type TestUser } from '@confab/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findDebianCommand } from '../load/debian-command.ts';
import { runCommand } from '../test/command.ts';

/** slowhttptest holds hundreds of connections open as slowly as it can; everybody else is served meanwhile, and it is cut in the end. */
let stack: TestStack;
let ada: TestUser;
let roomId: string;
beforeAll(async () => {
  stack = await startTestStack({ gateways: 1 });
  ada = await createTestUser(stack);
  roomId = (await ada.confab.rest.createRoom({ name: 'busy', kind: 'private' })).id;
});
afterAll(() => stack.stop());

const connections = 500;
const seconds = 60;

test.each([
  ['headers that never end', ['-H']],
  ['bodies that never end', ['-B', '-s', '8192', '-t', 'POST']],
  ['answers that are not read', ['-X', '-w', '1', '-y', '2', '-z', '1', '-k', '3']],
])('%s', { timeout: 300_000 }, async (_name, mode) => {
  const { command, env } = await findDebianCommand('slowhttptest');
  const url = `${stack.baseUrl}/${mode[0] === '-B' ? 'api/v1/auth/login' : 'docs'}`;
  const attack = runCommand(command, [...mode, '-c', String(connections), '-r', '200', '-i', '5', '-l', String(seconds), '-p', '5', '-u', url], { env });
  let isOver = false;
  void attack.finally(() => (isOver = true));
  const took: number[] = [];
  while (!isOver) {
    const startedAt = performance.now();
    await ada.confab.rest.createMessage(roomId, { content: 'still here', nonce: `${mode[0]}${took.length}` });
    took.push(performance.now() - startedAt);
    await delay(250);
  }
  const { output } = await attack;
  const numbers = (word: string): number[] => [...stripVTControlCharacters(output).matchAll(new RegExp(`${word}:\\s+(\\d+)`, 'g'))].map(([, count]) => Number(count));
  const said = { sends: took.length, worstMs: Math.round(Math.max(...took)), closedByServer: numbers('closed').at(-1), stillOpen: numbers('connected').at(-1) };
  console.log(`${mode[0]}: ${JSON.stringify(said)}`);
  expect(took.length).toBeGreaterThan(10);
  // An answer is waited for no longer than a person would.
  expect(Math.max(...took)).toBeLessThan(5_000);
  if (mode[0] !== '-X') expect(said.closedByServer).toBeGreaterThan(connections * 0.9);
});

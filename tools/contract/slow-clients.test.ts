import { setTimeout as delay } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { createTestUser, startTestStack, type TestStack, type TestUser } from '@confab/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findPrograms } from '../stack/debian-programs.ts';
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
const seconds = 90;

test.each([
  ['headers that never end', ['-H']],
  ['bodies that never end', ['-B', '-s', '8192', '-t', 'POST', '-f', 'application/json']],
  ['answers that are not read', ['-X', '-w', '1', '-y', '2', '-z', '1', '-k', '3']],
])('%s', { timeout: 300_000 }, async (_name, mode) => {
  const { commands, env } = await findPrograms(['slowhttptest'], 'slowhttptest');
  const url = `${stack.baseUrl}/${mode[0] === '-B' ? 'api/v1/auth/login' : 'docs'}`;
  const attack = runCommand(commands.slowhttptest, [...mode, '-c', String(connections), '-r', '200', '-i', '5', '-l', mode[0] === '-X' ? '30' : String(seconds), '-p', '5', '-u', url], { env });
  const startedAt = performance.now();
  let isOver = false;
  void attack.finally(() => (isOver = true));
  const took: number[] = [];
  while (!isOver) {
    const sentAt = performance.now();
    await ada.confab.rest.createMessage(roomId, { content: 'still here', nonce: `${mode[0]}${took.length}` });
    took.push(performance.now() - sentAt);
    await delay(250);
  }
  const { output } = await attack;
  const [, exit = ''] = /Exit status:\s*(.*)/.exec(stripVTControlCharacters(output)) ?? [];
  const said = { sends: took.length, worstMs: Math.round(Math.max(...took)), tookSeconds: Math.round((performance.now() - startedAt) / 1000), exit };
  console.log(`${mode[0]}: ${JSON.stringify(said)}`);
  expect(took.length).toBeGreaterThan(10);
  // An answer is waited for no longer than a person would.
  expect(Math.max(...took)).toBeLessThan(5_000);
  // Who reads a byte now and then is served; who sends so is cut, every one, before the attack is over by itself.
  if (mode[0] !== '-X') expect(said).toMatchObject({ exit: expect.stringMatching(/no open connections/i) as string, tookSeconds: expect.toSatisfy((value: number) => value < seconds - 5) as number });
});

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTestUser, startTestStack } from '@confab/testing';
import type { TestStack } from '@confab/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createConsumer } from '../testing/consumer.ts';

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
const blocks = (language: string): string[] => [...readme.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, code]) => code as string);

let consumer: ReturnType<typeof createConsumer>;
let stack: TestStack;
beforeAll(async () => {
  consumer = createConsumer();
  stack = await startTestStack({ gateways: 1 });
}, 120_000);
afterAll(async () => {
  consumer.remove();
  await stack.stop();
});

test('the bot of the README runs', { timeout: 60_000 }, async () => {
  const [bot, ada] = [await createTestUser(stack), await createTestUser(stack)];
  const [code] = blocks('js');
  expect(code?.split('\n').filter((line) => line !== '').length).toBeLessThanOrEqual(10);
  consumer.write('bot.mjs', code ?? '');
  const env = { PATH: process.env['PATH'], CONFAB_URL: stack.baseUrl, BOT_USERNAME: bot.user.username, BOT_PASSWORD: bot.password };
  const child = spawn(process.execPath, ['bot.mjs'], { cwd: consumer.root, env, stdio: ['ignore', 'inherit', 'inherit'] });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  try {
    const heard: string[] = [];
    ada.confab.realtime.on('message.created', ({ data }) => void heard.push(`${data.author.username}: ${data.content}`));
    await ada.confab.realtime.connect();
    const room = await ada.confab.rest.createRoom({ name: 'lab', kind: 'private' });
    await ada.confab.rest.addMember(room.id, { userId: bot.user.id });
    // The bot may still be starting: what was said before it listens is not for it.
    const say = () => ada.confab.rest.createMessage(room.id, { content: '!echo is anybody here?', nonce: randomUUID() });
    await expect.poll(async () => (await say(), heard), { timeout: 30_000, interval: 1_000 }).toContain(`${bot.user.username}: is anybody here?`);
  } finally {
    child.kill();
    await exited;
  }
});

test('the other examples of the README compile', () => {
  const names = `import { createConfab, NetworkError, ProblemError } from '@confab/sdk';\nimport type { SessionStore } from '@confab/sdk';\n`;
  const [calls, failures, sessions, realtime] = blocks('ts');
  expect(blocks('ts')).toHaveLength(4);
  consumer.write('examples.ts', `${names}const confab = createConfab({ baseUrl: 'http://127.0.0.1' });\n${calls}${failures}${sessions}${realtime}`);
  const options = ['--lib', 'es2023,dom', '--types', '', '--module', 'esnext', '--moduleResolution', 'bundler', '--target', 'es2023'];
  expect(consumer.check(options, 'examples.ts')).toEqual({ status: 0, output: '' });
});

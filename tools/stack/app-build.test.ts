import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { checkout } from './places.ts';

test('a built process loads what makes its log readable when it is asked to', async () => {
  const nowhere = '127.0.0.1:1';
  const child = spawn(process.execPath, ['apps/api/dist/main.js'], {
    cwd: checkout,
    env: {
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'], LOG_PRETTY: 'true', API_PORT: '0', API_OPS_PORT: '0', PUBLIC_URL: 'http://127.0.0.1:1',
      CONFAB_SECRET: Buffer.alloc(32).toString('base64url'), DATABASE_URL: `postgres://nobody:x@${nowhere}/none`, REDIS_URL: `redis://${nowhere}`,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  child.kill('SIGKILL');
  await exited;
  expect(line).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] .*\(api\)/);
});

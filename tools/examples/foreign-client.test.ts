import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startTestStack } from '@confab/testing';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('foreign-client.mjs', import.meta.url));

type Outcome = { code: number; output: string };

const run = (baseUrl: string): Promise<Outcome> =>
  new Promise((resolve) => {
    execFile(process.execPath, [script, baseUrl], { timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });

test('a client without our packages resumes on the other gateway and misses nothing, and says so when it cannot', { timeout: 120_000 }, async () => {
  await using stack = await startTestStack({ gateways: 2 });
  const { code, output } = await run(stack.baseUrl);
  expect(output).toContain('30 messages, each once and in order');
  for (const url of stack.gatewayUrls) expect(output).toContain(url);
  expect(code).toBe(0);

  await stack.gateways[1]?.kill();
  const failed = await run(stack.baseUrl);
  expect(failed.output).toContain('ECONNREFUSED');
  expect(failed.code).toBe(1);
});

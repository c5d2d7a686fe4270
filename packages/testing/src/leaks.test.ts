import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { createTestDatabase } from './database.ts';
import { countResources, throwOnLeaks } from './leaks.ts';

test('a child process, a server and a socket are found until they have ended', async () => {
  const before = countResources();
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  await expect(throwOnLeaks(before, 100)).rejects.toThrow(/child processes.*sockets.*listening sockets/);
  child.kill('SIGKILL');
  socket.destroy();
  server.close();
  await throwOnLeaks(before);
});

test('a database is found', async () => {
  const before = countResources();
  const { name } = await createTestDatabase();
  await expect(throwOnLeaks(before, 0)).rejects.toThrow(name);
});

test('connections that fetch keeps for later are none', async () => {
  const { createServer: createHttpServer } = await import('node:http');
  const before = countResources();
  const server = createHttpServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)).text();
  server.close();
  server.closeAllConnections();
  await throwOnLeaks(before);
});

/** The first line of a planted file says what it leaves behind. */
const planted = join(import.meta.dirname, 'planted');
const says = new Map(globSync(join(planted, '*.test.ts')).map((file) => [basename(file), /^\/\/ leaves: (.+)/.exec(readFileSync(file, 'utf8'))?.[1] ?? '']));

type Report = { success: boolean; testResults: { name: string; status: string; message: string }[] };

async function runPlanted(): Promise<{ code: number | null; report: Report; output: string }> {
  const vitest = join(import.meta.dirname, '../node_modules/vitest/vitest.mjs');
  const folder = await mkdtemp(join(tmpdir(), 'confab-planted-'));
  const reportFile = join(folder, 'report.json');
  try {
    const child = spawn(
      process.execPath,
      [vitest, 'run', '--config', join(planted, 'vitest.config.ts'), '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`],
      { env: { ...process.env, VITEST: undefined }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { code: code as number | null, report: JSON.parse(await readFile(reportFile, 'utf8')) as Report, output: `${stdout}${stderr}` };
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('a run with each kind of leak fails, tells each file what is its own, and blames no other', { timeout: 60_000 }, async () => {
  const { code, report, output } = await runPlanted();
  expect(code).toBe(1);
  expect(report.success).toBe(false);
  expect(report.testResults.map(({ name }) => basename(name)).toSorted()).toEqual([...says.keys()].toSorted());
  for (const { name, status, message } of report.testResults) {
    const left = says.get(basename(name)) ?? '';
    expect([status, message], name).toEqual(left === 'nothing' ? ['passed', ''] : ['failed', expect.stringContaining(left)]);
    // One kind each.
    expect(message.split('; ').length, message).toBe(1);
  }
  expect(output).toContain('planted and heard by nobody');
});

import { readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { runCommand } from '../test/command.ts';
import { launchStack } from '../test/launch-stack.ts';
import type { LaunchedStack, StackFacts } from '../test/launch-stack.ts';
import { makeTemporaryFolder } from './temporary-folder.ts';

const names = ['postgres', 'replica', 'redis', 'api', 'gateway-1', 'gateway-2', 'worker'].toSorted();

/** A killed child whose parent is gone waits for init to take note; it runs no more. */
function runs(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

const living = (facts: StackFacts): string[] => facts.processes.filter(({ pid }) => runs(pid)).map(({ name }) => name).toSorted();

async function countMessages(url: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ n: number }>('SELECT count(*)::int AS n FROM messages');
  await client.end();
  return rows[0]?.n ?? 0;
}

/** Under which names the processes are in the database. */
async function logins(url: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ app: string; login: string }>(
    "SELECT DISTINCT application_name AS app, usename AS login FROM pg_stat_activity WHERE application_name ~ '^confab-(api|gateway|worker)(-jobs)?$'");
  await client.end();
  return Object.fromEntries(rows.map(({ app, login }) => [app, login]));
}

/** As a version left it whose processes were the owner. */
async function forgetApplication(url: string, folder: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('DROP ROLE confab_service');
  await client.end();
  const path = join(folder, 'secrets.json');
  const { applicationPassword: _, ...kept } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
  writeFileSync(path, JSON.stringify(kept));
}

async function occupy(port: number): Promise<() => void> {
  const server = createServer();
  // Taken by somebody else already is as good.
  await new Promise<void>((resolve) => server.once('error', () => resolve()).listen(port, '127.0.0.1', resolve));
  return () => server.close();
}

async function withDataDirectory(work: (start: (env?: NodeJS.ProcessEnv) => Promise<LaunchedStack>, folder: string) => Promise<void>): Promise<void> {
  const folder = await makeTemporaryFolder();
  const started: LaunchedStack[] = [];
  try {
    await work(async (env) => {
      const stack = await launchStack({ CONFAB_DATA_DIR: folder, ...env });
      started.push(stack);
      return stack;
    }, folder);
  } finally {
    for (const stack of started) await stack.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

test('starts on free ports, tells what runs, stops in order; has its data the next time, starts again what dies, and ends with a parent that is killed', { timeout: 240_000 }, async () => {
  await withDataDirectory(async (start, folder) => {
    const releases = await Promise.all([3000, 3001, 3002].map(occupy));
    const first = await start({ CONFAB_PORTS: 'usual' });
    for (const release of releases) release();
    expect(first.facts.processes.map(({ name }) => name).toSorted()).toEqual(names);
    for (const { name, port } of first.facts.processes) expect([3000, 3001, 3002], name).not.toContain(port);
    expect(living(first.facts)).toEqual(names);
    for (const { name, opsUrl } of first.facts.processes.filter((process) => process.opsUrl !== undefined)) {
      expect((await fetch(`${opsUrl}/health/ready`)).status, name).toBe(200);
    }
    expect(await runCommand(process.execPath, ['tools/status/cli.ts', 'status'], { env: { CONFAB_DATA_DIR: folder } })).toMatchObject({ code: 0, output: expect.stringMatching(/^Confab: all is well[^]* api [^]*gateway-1 [^]*gateway-2 [^]*worker /) as string });
    expect((await fetch(`${first.apiUrl}/docs`)).status).toBe(200);
    expect((await fetch(first.apiUrl, { headers: { accept: 'text/html' } })).headers.get('content-type')).toContain('text/html');
    const said = await countMessages(first.facts.databaseUrl);
    expect(said).toBeGreaterThan(0);
    await expect.poll(() => countMessages(first.facts.databaseReplicaUrls[0] ?? '')).toBe(said);
    expect(await logins(first.facts.databaseUrl)).toEqual({ 'confab-api': 'confab_service', 'confab-gateway': 'confab_service', 'confab-worker': 'confab_service', 'confab-worker-jobs': 'confab' });
    await forgetApplication(first.facts.databaseUrl, folder);
    expect(await first.stop()).toEqual({ code: 0, signal: null });
    expect(living(first.facts)).toEqual([]);

    const second = await start();
    expect(await countMessages(second.facts.databaseUrl)).toBe(said);
    const factsNow = (): StackFacts => JSON.parse(readFileSync(join(folder, 'stack.json'), 'utf8')) as StackFacts;
    const pidOf = (name: string): number | undefined => factsNow().processes.find((entry) => entry.name === name)?.pid;
    for (const name of ['api', 'redis']) {
      const before = pidOf(name);
      if (before === undefined) throw new Error(`no ${name}`);
      process.kill(before, 'SIGKILL');
      await expect.poll(() => pidOf(name), { timeout: 30_000 }).not.toBe(before);
      expect(second.output).toContain(`${name} ended (SIGKILL)`);
      await expect.poll(() => second.output).toContain(`${name} runs again`);
    }
    await expect.poll(() => fetch(`${second.apiUrl}/health/ready`).then(({ status }) => status), { timeout: 30_000 }).toBe(200);
    expect(living(factsNow())).toEqual(names);
    await second.kill();
    await expect.poll(() => living(factsNow()), { timeout: 30_000 }).toEqual([]);
  });
});

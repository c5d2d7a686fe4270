import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '../stack/places.ts';
import type { Exit } from '../stack/process.ts';

export type StackFacts = {
  processes: { name: string; pid: number; port: number; url?: string; opsUrl?: string }[];
  databaseUrl: string;
  databaseReplicaUrls: string[];
  redisUrl: string;
};

export type LaunchedStack = {
  readonly pid: number;
  readonly facts: StackFacts;
  readonly apiUrl: string;
  /** All that it has printed. */
  readonly output: string;
  readonly startedInMs: number;
  readonly exited: Promise<Exit>;
  stop(): Promise<Exit>;
  kill(): Promise<Exit>;
};

/** What the developer has in the environment or in .env must not decide what a test sees; empty counts as not set. */
const blank = Object.fromEntries(
  ['API_PORT', 'GATEWAY_PORTS', 'GATEWAY_URLS', 'PUBLIC_URL', 'ALLOWED_ORIGINS', 'DATABASE_URL', 'DATABASE_DIRECT_URL', 'DATABASE_REPLICA_URLS', 'REDIS_URL', 'CONFAB_SECRET', 'HOST']
    .map((name) => [name, '']),
);

/** Runs what `npm start` runs, and answers when it has printed its addresses. */
export async function launchStack(env: NodeJS.ProcessEnv & { CONFAB_DATA_DIR: string }): Promise<LaunchedStack> {
  const startedAt = Date.now();
  const child = spawn('setpriv', ['--pdeathsig=TERM', process.execPath, 'tools/stack/start.ts'], {
    cwd: checkout,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'], ...blank, CONFAB_PORTS: 'any', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<Exit>((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
  let output = '';
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (bytes: Buffer) => {
        output += bytes.toString();
        if (output.includes('Ctrl-C stops everything')) resolve();
      });
    }
    child.once('error', reject);
    void exited.then(({ code, signal }) => reject(new Error(`the stack ended (${signal ?? code}):\n${output}`)));
  });
  const startedInMs = Date.now() - startedAt;
  const facts = JSON.parse(readFileSync(join(env.CONFAB_DATA_DIR, 'stack.json'), 'utf8')) as StackFacts;
  const apiUrl = facts.processes.find(({ name }) => name === 'api')?.url;
  if (child.pid === undefined || apiUrl === undefined) throw new Error(`the stack has no API:\n${output}`);
  const end = (signal: NodeJS.Signals): Promise<Exit> => {
    child.kill(signal);
    return exited;
  };
  return {
    pid: child.pid,
    facts,
    apiUrl,
    get output() {
      return output;
    },
    startedInMs,
    exited,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createCore } from '@confab/core';
import type { Actor, Core } from '@confab/core';
import { createDatabase } from '@confab/db';
import { createRedis } from '@confab/redis';
import { createLogger, systemClock } from '@confab/runtime';
import { createStreams } from '@confab/stream';
import pg from 'pg';

export type Statement = { readonly text: string; readonly values: readonly unknown[] };

/** The statements that the domain sends to PostgreSQL for some work, with nothing cached: recorded as pg is asked for them. */
export async function recordStatements(options: { databaseUrl: string; redisUrl: string; secret: Uint8Array; accessToken: string }, works: readonly ((core: Core, actor: Actor) => Promise<unknown>)[]): Promise<Statement[][]> {
  const logger = createLogger({ name: 'bench', level: 'silent', pretty: false });
  const database = createDatabase({ primaryUrl: options.databaseUrl, replicaUrls: [], applicationName: 'confab-bench', logger });
  const redis = createRedis({ url: options.redisUrl, name: 'bench', logger, queue: true });
  const streams = createStreams({ db: database, redis, logger });
  const core = createCore({ database, redis, streams, logger, clock: systemClock, secret: options.secret, gatewayUrls: [], hasCaches: false });
  try {
    const actor = await core.sessions.authenticate(options.accessToken);
    const recorded: Statement[][] = [];
    for (const work of works) {
      await work(core, actor);
      recorded.push(await recording(() => work(core, actor)));
    }
    return recorded;
  } finally {
    await streams.stop();
    await redis.stop();
    await database.stop();
  }
}

async function recording(work: () => Promise<unknown>): Promise<Statement[]> {
  const statements: Statement[] = [];
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function recorded(this: pg.Client, ...given: unknown[]) {
    const [asked, values] = given;
    if (typeof asked === 'string') statements.push({ text: asked, values: Array.isArray(values) ? values : [] });
    // With the name of its plan, which the reference does without.
    else if (typeof asked === 'object' && asked !== null && 'text' in asked && 'values' in asked) statements.push({ text: String(asked.text), values: asked.values as unknown[] });
    return Reflect.apply(query, this, given) as undefined;
  } as typeof query;
  try {
    await work();
  } finally {
    pg.Client.prototype.query = query;
  }
  if (statements.length === 0) throw new Error('nothing was asked of PostgreSQL: there is nothing to compare with');
  return statements;
}

export interface PlainExpress {
  readonly url: string;
  readonly pid: number;
  answer(path: string, body: Buffer): void;
  stop(): Promise<void>;
}

/** A process of its own, as the API is one. */
export async function startPlainExpress(): Promise<PlainExpress> {
  const child = spawn('setpriv', ['--pdeathsig=KILL', process.execPath, join(import.meta.dirname, 'plain-express.ts')], { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, NODE_ENV: 'production' } });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const port = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    void exited.then(() => reject(new Error('plain Express ended')));
    createInterface({ input: child.stdout }).on('line', (line) => resolve(line.split(' ')[1] ?? ''));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    answer: (path, body) => void child.stdin.write(`${path} ${body.toString('base64')}\n`),
    async stop() {
      child.kill();
      await exited;
    },
  };
}

import { randomBytes } from 'node:crypto';

import type { StreamId } from '@confab/contract';
import { createDatabase, type Database } from '@confab/db';
import { createRedis, type Redis } from '@confab/redis';
import { createBreakers, createLogger, defaultBreakerSettings, type Clock, type Logger } from '@confab/runtime';
import { createStreams, type StreamEvent, type Streams } from '@confab/stream';
import { createTestDatabase, emptyTestRedis } from '@confab/testing';

import { createCore, type Core, type CoreOptions } from '../core.ts';

export interface TestClock extends Clock {
  advance(ms: number): void;
}

/** The domain over a database clone and a Redis of its own, as one process has it. */
export interface TestCore {
  readonly core: Core;
  readonly database: Database;
  readonly databaseUrl: string;
  readonly redis: Redis;
  readonly streams: Streams;
  readonly clock: TestClock;
  readonly secret: Uint8Array;
  /** The domain as another process has it. */
  another(options?: Partial<Pick<CoreOptions, 'database' | 'redis' | 'secret' | 'passwordCost'>>): Core;
  /** A stream's whole log; throws if a number is missing or twice there. */
  log(stream: StreamId): Promise<(StreamEvent & { d: unknown })[]>;
  stop(): Promise<void>;
}

export interface TestCoreOptions {
  readonly poolSize?: number;
  /** Told the name of each statement that was sent. */
  readonly onQuery?: (name: string) => void;
  /** How long Redis may take to answer; the usual time, unless what is tested would differ where the machine is busy. */
  readonly redisPatienceMs?: number;
}

export async function startTestCore({ poolSize = 10, onQuery, redisPatienceMs = defaultBreakerSettings.callMs }: TestCoreOptions = {}): Promise<TestCore> {
  const clone = await createTestDatabase();
  const logger = createLogger({ name: 'core-test', level: 'silent', pretty: false });
  const database = createDatabase({ primaryUrl: clone.applicationUrl, replicaUrls: [], applicationName: 'core-test', logger: onQuery ? queryLogger(onQuery) : logger, poolSize });
  const breakers = createBreakers({ logger, settings: { ...defaultBreakerSettings, callMs: redisPatienceMs } });
  const redis = createRedis({ url: await emptyTestRedis(), name: 'core-test', logger, queue: true, breakers });
  const streams = createStreams({ db: database, redis, logger });
  const secret = randomBytes(32);
  const clock = createClock();
  const gatewayUrls = ['ws://127.0.0.1:3001/gateway?v=1', 'ws://127.0.0.1:3002/gateway?v=1'];
  const another: TestCore['another'] = (options) => createCore({ database, redis, streams, logger, clock, secret, gatewayUrls, passwordCost: { memoryKib: 512, passes: 1 }, ...options });

  return {
    core: another(),
    database,
    databaseUrl: clone.url,
    redis,
    streams,
    clock,
    secret,
    another,
    async log(stream) {
      const events = await streams.backfill(stream, 0, 10_000);
      const places = events.map(({ seq }) => seq);
      if (places.some((seq, index) => seq !== index + 1)) throw new Error(`${stream} has the numbers ${places.join(', ')}`);
      return events.map((event) => ({ ...event, d: JSON.parse(event.payload) as unknown }));
    },
    async stop() {
      await streams.stop();
      await redis.stop();
      await database.stop();
      await clone.drop();
    },
  };
}

function queryLogger(onQuery: (name: string) => void): Logger {
  const write = (line: string) => {
    const { msg, query } = JSON.parse(line) as { msg: string; query: string };
    if (msg === 'query') onQuery(query);
  };
  return createLogger({ name: 'core-test', level: 'debug', pretty: false, destination: { write } });
}

function createClock(): TestClock {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    advance(ms) {
      ahead += ms;
    },
  };
}

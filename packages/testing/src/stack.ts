import { startApp } from './apps.ts';
import type { TestApp } from './apps.ts';
import { createReportingChecks } from './contract/frames.ts';
import type { FrameChecks } from './contract/frames.ts';
import { validatingFetch } from './contract/rest.ts';
import { createViolations } from './contract/violation.ts';
import type { Violations } from './contract/violation.ts';
import { createTestDatabase } from './database.ts';
import type { TestDatabase } from './database.ts';
import { freePort } from './ports.ts';
import { emptyTestRedis } from './redis.ts';
import { openSocketProbe } from './socket-probe.ts';
import type { SocketProbe } from './socket-probe.ts';

export interface TestStackOptions {
  gateways?: number;
  worker?: boolean;
  /** For every process, over what the harness sets. */
  env?: Readonly<Record<string, string>>;
}

export interface TestStack {
  readonly baseUrl: string;
  readonly database: TestDatabase;
  readonly redisUrl: string;
  readonly api: TestApp;
  readonly gateways: readonly TestApp[];
  /** Where each gateway takes sockets, in the order of `gateways`. */
  readonly gatewayUrls: readonly string[];
  readonly worker: TestApp | undefined;
  /** `fetch` that checks every answer against the spec. */
  readonly fetch: typeof globalThis.fetch;
  readonly checks: FrameChecks;
  readonly violations: Violations;
  /** A raw socket to one of the gateways, the first unless said otherwise. */
  probe(options?: { gateway?: number; origin?: string; headers?: Record<string, string> }): Promise<SocketProbe>;
  /** Ends something with the stack, before its processes. */
  onStop(stop: () => void | Promise<void>): void;
  /** Ends everything, and throws if a process stopped uncleanly, a transaction was left open or the contract was broken. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const secret = Buffer.alloc(32, 7).toString('base64url');

/** Confab as it runs: a database clone, Redis, one API, gateways, each a process of its own. */
export async function startTestStack({ gateways: count = 2, worker: hasWorker = false, env = {} }: TestStackOptions = {}): Promise<TestStack> {
  const stops: (() => void | Promise<void>)[] = [];
  const stop = (): Promise<void> => stopAll(stops.splice(0).reverse());
  try {
    const violations = createViolations();
    stops.push(() => violations.throwIfAny());
    const [database, redisUrl, apiPort, ...gatewayPorts] = await prepare(count);
    stops.push(() => database.drop());
    const baseUrl = `http://127.0.0.1:${apiPort}`;
    const gatewayUrls = gatewayPorts.map((port) => `ws://127.0.0.1:${port}/gateway?v=1`);
    const common = {
      DATABASE_URL: database.applicationUrl,
      DATABASE_REPLICA_URLS: database.applicationReplicaUrl,
      REDIS_URL: redisUrl,
      CONFAB_SECRET: secret,
      PUBLIC_URL: baseUrl,
      LOG_LEVEL: 'info',
      // Nobody is spared by leaving slowly here.
      DRAIN_NOTICE_MS: '0',
      DRAIN_SPREAD_MS: '500',
      ...env,
    };
    const start = async (...[name, own]: Parameters<typeof startApp>): Promise<TestApp> => {
      const app = await startApp(name, { ...own, ...common });
      stops.push(() => app.stop());
      return app;
    };
    const [api, worker, ...gateways] = await settled([
      start('api', { API_PORT: String(apiPort), GATEWAY_URLS: gatewayUrls.join(',') }),
      hasWorker ? start('worker', { DATABASE_DIRECT_URL: database.url }) : undefined,
      ...gatewayPorts.map((port, index) => start('gateway', { GATEWAY_PORT: String(port), GATEWAY_URL: gatewayUrls[index] ?? '' })),
    ]);
    const checks = createReportingChecks(violations.report);
    return {
      baseUrl,
      database,
      redisUrl,
      api: api as TestApp,
      gateways: gateways as TestApp[],
      gatewayUrls,
      worker,
      fetch: validatingFetch(globalThis.fetch, violations.report),
      checks,
      violations,
      async probe({ gateway = 0, ...options } = {}) {
        const probe = await openSocketProbe(gatewayUrls[gateway] ?? '', { ...options, checks });
        stops.push(() => probe.cut());
        return probe;
      },
      onStop: (ending) => void stops.push(ending),
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

async function prepare(gateways: number): Promise<[TestDatabase, string, ...number[]]> {
  const ports = new Set<number>();
  while (ports.size < gateways + 1) ports.add(await freePort());
  const [redisUrl, database] = await Promise.all([emptyTestRedis(), createTestDatabase()]);
  return [database, redisUrl, ...ports];
}

/** Waits for all even if one fails, so that those that started can be stopped. */
async function settled<T>(starting: readonly (Promise<T> | T)[]): Promise<T[]> {
  const results = await Promise.allSettled(starting);
  const failed = results.filter((result) => result.status === 'rejected').map((result): unknown => result.reason);
  if (failed.length > 0) throw failed.length === 1 ? failed[0] : new AggregateError(failed, failed.map(String).join('\n'));
  return results.map((result) => (result as PromiseFulfilledResult<T>).value);
}

/** All of them, whatever the ones before said. */
async function stopAll(stops: readonly (() => void | Promise<void>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const stop of stops) {
    try {
      await stop();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors.length === 1 ? errors[0] : new AggregateError(errors, errors.map(String).join('\n'));
}

import { createCore } from '@confab/core';
import { createDatabase } from '@confab/db';
import { createRedis, createRedisObserver } from '@confab/redis';
import { breakerSettings, createBreakers, createHealth, createLifecycle, createLogger, createMetrics, createStatus, startOpsServer, startTracing, systemClock, tracingSettings } from '@confab/runtime';
import { createStreams } from '@confab/stream';
import manifest from '../package.json' with { type: 'json' };
import { createApp } from './app.ts';
import { readConfig } from './config.ts';
import { startHttpServer } from './server.ts';

const { version } = manifest;
const config = readConfig();
const logger = createLogger({ name: 'api', level: config.LOG_LEVEL, pretty: config.LOG_PRETTY });
const lifecycle = createLifecycle({ logger, graceMs: config.SHUTDOWN_GRACE_MS, noticeMs: config.DRAIN_NOTICE_MS, parentPid: config.CONFAB_PARENT_PID });
const tracing = await startTracing({ process: 'api', settings: tracingSettings(config), logger });
lifecycle.onStop('traces', () => tracing.stop());
const metrics = createMetrics({ process: 'api' });
const breakers = createBreakers({ logger, metrics, settings: breakerSettings(config) });
const observe = createRedisObserver({ logger, metrics });

const database = createDatabase({
  primaryUrl: config.DATABASE_URL,
  replicaUrls: config.DATABASE_REPLICA_URLS,
  applicationName: 'confab-api',
  logger,
  metrics,
  breakers,
});
lifecycle.onStop('database', () => database.stop());
// A request does not wait for a Redis that is away; what was committed is rung for when it is back.
const redis = createRedis({ url: config.REDIS_URL, name: 'api', logger, queue: false, breakers, observe });
lifecycle.onStop('redis', () => redis.stop());
const ringing = createRedis({ url: config.REDIS_URL, name: 'api-streams', logger, queue: true, breakers, observe });
lifecycle.onStop('redis of the streams', () => ringing.stop());
const streams = createStreams({ db: database, redis: ringing, logger, metrics });
lifecycle.onStop('streams', () => streams.stop());
const core = createCore({ database, redis, streams, logger, metrics, clock: systemClock, secret: config.CONFAB_SECRET, signingKeysFile: config.SIGNING_KEYS_FILE, gatewayUrls: config.GATEWAY_URLS, passwordCost: { memoryKib: config.PASSWORD_MEMORY_KIB, passes: config.PASSWORD_PASSES }, hasCaches: config.CACHES });

// Every process that believes tokens: a revocation needs no Redis.
lifecycle.onStop('watch for ended sessions', core.sessions.watchEnded());

lifecycle.onStop('watch over the caches', core.watchCaches());

const health = createHealth({ checks: { database: () => database.check(), redis: () => redis.check(), schema: () => database.checkSchemaNow() }, breakers, logger, metrics });
lifecycle.failReadinessOf(health);
const status = createStatus({ about: { process: 'api', version }, health, metrics, figures: async () => ({ replicas: database.replicas() }) });
const ops = await startOpsServer({ host: config.HOST, port: config.API_OPS_PORT, metrics, health, status });
lifecycle.onStop('ops server', () => ops.stop());

await database.checkSchema();
// Where Redis is there, the first to sign in shall not be told that it is not.
await redis.awaitReady(5_000);
const app = await createApp({
  core,
  redis,
  health,
  logger,
  metrics,
  publicUrl: config.PUBLIC_URL,
  allowedOrigins: config.ALLOWED_ORIGINS,
  gatewayUrls: config.GATEWAY_URLS,
  trustProxy: config.TRUST_PROXY,
  webDirectory: config.WEB_DIR,
  isStopping: () => lifecycle.isStopping,
});
const server = await startHttpServer({
  app,
  host: config.HOST,
  port: config.API_PORT,
  drainMs: config.SHUTDOWN_GRACE_MS / 2,
  isLeaving: () => lifecycle.isLeaving,
});
lifecycle.onStop('http server', () => server.stop());
logger.info({ port: server.port, opsPort: ops.port }, 'ready');

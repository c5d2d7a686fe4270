import { createCore } from '@confab/core';
import { createDatabase } from '@confab/db';
import { createRedis, createRedisObserver } from '@confab/redis';
import { breakerSettings, createBreakers, createHealth, createLifecycle, createLogger, createMetrics, createStatus, startOpsServer, startTracing, systemClock, tracingSettings } from '@confab/runtime';
import { createStreams } from '@confab/stream';
import manifest from '../package.json' with { type: 'json' };
import { readConfig } from './config.ts';
import { createJobs } from './jobs.ts';
import { createTasks } from './tasks.ts';

const { version } = manifest;
const config = readConfig();
const logger = createLogger({ name: 'worker', level: config.LOG_LEVEL, pretty: config.LOG_PRETTY });
const lifecycle = createLifecycle({ logger, graceMs: config.SHUTDOWN_GRACE_MS, parentPid: config.CONFAB_PARENT_PID });
const tracing = await startTracing({ process: 'worker', settings: tracingSettings(config), logger });
lifecycle.onStop('traces', () => tracing.stop());
const metrics = createMetrics({ process: 'worker' });
const breakers = createBreakers({ logger, metrics, settings: breakerSettings(config) });
const observe = createRedisObserver({ logger, metrics });

const database = createDatabase({ primaryUrl: config.DATABASE_URL, replicaUrls: config.DATABASE_REPLICA_URLS, applicationName: 'confab-worker', logger, metrics, breakers });
lifecycle.onStop('database', () => database.stop());
const redis = createRedis({ url: config.REDIS_URL, name: 'worker', logger, queue: true, breakers, observe });
lifecycle.onStop('redis', () => redis.stop());
const streams = createStreams({ db: database, redis, logger, metrics });
lifecycle.onStop('streams', () => streams.stop());
const core = createCore({ database, redis, streams, logger, metrics, clock: systemClock, secret: config.CONFAB_SECRET, gatewayUrls: [] });

const jobs = createJobs({ databaseUrl: config.DATABASE_DIRECT_URL, database, tasks: createTasks({ core, database }), logger, metrics, abortAfterMs: config.SHUTDOWN_GRACE_MS / 2, lostAfterMs: config.WORKER_LOST_AFTER_MS });

const health = createHealth({ checks: { database: () => database.check(), redis: () => redis.check(), schema: () => database.checkSchemaNow(), jobs: () => jobs.check() }, breakers, logger, metrics });
lifecycle.failReadinessOf(health);
const status = createStatus({ about: { process: 'worker', version }, health, metrics, figures: async () => ({ replicas: database.replicas(), jobs: await jobs.count() }) });
const ops = await startOpsServer({ host: config.HOST, port: config.WORKER_OPS_PORT, metrics, health, status });
lifecycle.onStop('ops server', () => ops.stop());

await database.checkSchema();
await jobs.start();
lifecycle.onStop('jobs', () => jobs.stop());
logger.info({ port: ops.port, opsPort: ops.port }, 'ready');

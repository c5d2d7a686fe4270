import { performance } from 'node:perf_hooks';

import { createCore } from '@confab/core';
import { createDatabase } from '@confab/db';
import { createRedis, createRedisObserver, createSubscriber } from '@confab/redis';
import { breakerSettings, createBreakers, createHealth, createLifecycle, createLogger, createMetrics, createStatus, startOpsServer, startTracing, systemClock, tracingSettings } from '@confab/runtime';
import { createStreams } from '@confab/stream';

import manifest from '../package.json' with { type: 'json' };
import { createAccess, ticketKeptSeconds } from './access.ts';
import { createFrameReader } from './client-frames.ts';
import { readConfig } from './config.ts';
import { createDeliverySpans } from './delivery-spans.ts';
import { createFeed } from './feed.ts';
import { createFlusher } from './flusher.ts';
import { startGateway } from './gateway.ts';
import { createHub } from './hub.ts';
import { createIds } from './ids.ts';
import { connectionChannels, createLeaseStore } from './lease.store.ts';
import { createLeases } from './leases.ts';
import { createGatewayMetrics } from './metrics.ts';
import { startSweep } from './presence-sweep.ts';
import { createPace } from './pace.ts';
import { createPresences } from './presences.ts';

const { version } = manifest;
const config = readConfig();
const logger = createLogger({ name: 'gateway', level: config.LOG_LEVEL, pretty: config.LOG_PRETTY });
const lifecycle = createLifecycle({ logger, graceMs: config.SHUTDOWN_GRACE_MS, noticeMs: config.DRAIN_NOTICE_MS, parentPid: config.CONFAB_PARENT_PID });
const tracing = await startTracing({ process: 'gateway', settings: tracingSettings(config), logger });
lifecycle.onStop('traces', () => tracing.stop());
const metrics = createMetrics({ process: 'gateway' });
const breakers = createBreakers({ logger, metrics, settings: breakerSettings(config) });
const later = (delayMs: number, work: () => void) => void setTimeout(work, delayMs).unref();
const observe = createRedisObserver({ logger, metrics });

const database = createDatabase({ primaryUrl: config.DATABASE_URL, replicaUrls: config.DATABASE_REPLICA_URLS, applicationName: 'confab-gateway', logger, metrics, breakers });
lifecycle.onStop('database', () => database.stop());
// What Redis does not answer at once, PostgreSQL does.
const redis = createRedis({ url: config.REDIS_URL, name: 'gateway', logger, queue: false, breakers, observe });
lifecycle.onStop('redis', () => redis.stop());
const subscriber = createSubscriber({ url: config.REDIS_URL, name: 'gateway-feed', logger, observe, onReconnect });
lifecycle.onStop('redis feed', () => subscriber.stop());
const streams = createStreams({ db: database, redis, logger });
const core = createCore({ database, redis, streams, logger, metrics, clock: systemClock, secret: config.CONFAB_SECRET, signingKeysFile: config.SIGNING_KEYS_FILE, gatewayUrls: [] });

const gatewayMetrics = createGatewayMetrics(metrics, logger);
const gatherMs = createPace({ now: () => performance.now(), idleMs: () => performance.eventLoopUtilization().idle });
const flusher = createFlusher({ defer: setImmediate, later, now: () => performance.now(), gatherMs });
const spans = createDeliverySpans({ defer: flusher.after, wallNow: Date.now, now: () => performance.now() });
const hub = createHub({
  streams,
  feed: createFeed({ subscriber, later }),
  later,
  told: gatewayMetrics.room,
  delivered(event, recipients) {
    if (recipients === 0) return;
    flusher.after(() => gatewayMetrics.fannedOut(systemClock.now() - event.at));
    spans(event, recipients);
  },
});
gatewayMetrics.watch(hub);
lifecycle.onStop('hub', () => hub.stop());

const rules = { limit: config.CONNECTIONS_PER_USER, ttlMs: config.LEASE_TTL_MS, graceMs: config.PRESENCE_GRACE_MS };
const leaseStore = createLeaseStore({ redis, rules });
const leases = createLeases({ store: leaseStore, rules, ticketKeptMs: ticketKeptSeconds * 1_000, now: () => performance.now(), told: gatewayMetrics.leased, changed: gatewayMetrics.presenceChanged });
lifecycle.onStop('leases', () => leases.stop());
const presences = createPresences({ store: core.presence, batchMs: config.PRESENCE_BATCH_MS, later });
const sweep = startSweep({ store: leaseStore, everyMs: config.PRESENCE_SWEEP_MS, changed: gatewayMetrics.presenceChanged });
lifecycle.onStop('presence sweep', () => sweep.stop());
// Redis may be away: they are acknowledged when it is there.
void Promise.all(connectionChannels.map((channel) => subscriber.subscribe(channel, heard))).then(presences.reload);

function heard(message: Buffer): void {
  const [kind, userId = '', ...rest] = message.toString().split(' ');
  if (kind === 'replaced') leases.replaced(userId, rest.join(' '));
  else presences.heard([userId, ...rest].join(' '));
}

function onReconnect(): void {
  void hub.checkAll();
  presences.reload();
}

const health = createHealth({ checks: { database: () => database.check(), redis: () => redis.check(), schema: () => database.checkSchemaNow() }, breakers, logger, metrics });
lifecycle.failReadinessOf(health);
const status = createStatus({ about: { process: 'gateway', version }, health, metrics, figures: async () => ({ replicas: database.replicas(), sockets: gatewayMetrics.connections, streams: hub.size }) });
const ops = await startOpsServer({ host: config.HOST, port: config.GATEWAY_OPS_PORT, metrics, health, status });
lifecycle.onStop('ops server', () => ops.stop());

await database.checkSchema();
const gateway = await startGateway({
  context: {
    access: createAccess({ core, streams }),
    hub,
    leases,
    presences,
    flusher,
    streams,
    readFrame: createFrameReader(),
    metrics: gatewayMetrics,
    clock: systemClock,
    logger,
    newId: createIds(),
    later,
    config: { identifyTimeoutMs: config.IDENTIFY_TIMEOUT_MS, heartbeatMs: config.HEARTBEAT_MS },
  },
  host: config.HOST,
  port: config.GATEWAY_PORT,
  path: new URL(config.GATEWAY_URL).pathname,
  allowedOrigins: [new URL(config.PUBLIC_URL).origin, ...config.ALLOWED_ORIGINS],
  handshakesPerSecond: config.HANDSHAKES_PER_SECOND,
  drainSpreadMs: config.DRAIN_SPREAD_MS,
  isStopping: () => lifecycle.isStopping,
});
lifecycle.onStop('sockets', () => gateway.stop());
lifecycle.onStop('ended sessions', core.sessions.watchEnded((ids) => gateway.endSessions(new Set(ids))));
logger.info({ port: gateway.port, opsPort: ops.port }, 'ready');

import { afterEach, expect, test } from 'vitest';
import { createHealth, type Health } from './health.ts';
import { createLogger } from './logger.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { type OpsServer, startOpsServer } from './ops-server.ts';
import { createStatus } from './status.ts';

const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
let server: OpsServer | undefined;

afterEach(() => server?.stop());

const statusOf = (metrics: Metrics, health: Health) => createStatus({ about: { process: 'test', version: '1.2.3' }, health, metrics, figures: async () => ({ sockets: 7 }) });

async function start() {
  const metrics = createMetrics({ process: 'test' });
  const health = createHealth({ logger, checks: { database: async () => undefined } });
  server = await startOpsServer({ host: '127.0.0.1', port: 0, metrics, health, status: statusOf(metrics, health) });
  const { port } = server;
  return { metrics, health, get: (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init) };
}

test('serves metrics as Prometheus reads them', async () => {
  const { metrics, get } = await start();
  metrics.counter({ name: 'confab_things_total', help: 'Things.', labelNames: ['kind'] }).inc({ kind: 'a' }, 2);
  const response = await get('/metrics');
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  expect(text).toContain('confab_things_total{kind="a",process="test"} 2');
  expect(text).toMatch(/^process_cpu_user_seconds_total/m);
  expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds/m);
});

test('health: 200 with the report, 503 once stopping, while alive all along', async () => {
  const { health, get } = await start();
  const ready = await get('/health/ready');
  expect([ready.status, await ready.json()]).toMatchObject([200, { status: 'ok', checks: { database: { status: 'ok' } } }]);
  health.failReadiness('stopping');
  expect((await get('/health/ready')).status).toBe(503);
  expect((await get('/health/live')).status).toBe(200);
});

test('says which process this is, how it is, and what it has to tell', async () => {
  const { metrics, get } = await start();
  const status = (await (await get('/status')).json()) as object;
  expect(status).toMatchObject({ process: 'test', version: '1.2.3', pid: process.pid, readiness: { status: 'ok', checks: { database: { status: 'ok' } } }, figures: { sockets: 7 } });
  expect(await metrics.registry.metrics()).toContain(`confab_build_info{version="1.2.3",node_version="${process.version}",process="test"} 1`);
});

test('knows nothing else', async () => {
  const { get } = await start();
  expect((await get('/')).status).toBe(404);
  expect((await get('/metrics', { method: 'POST' })).status).toBe(405);
});

test('a port that is taken is an error at start', async () => {
  await start();
  const port = server?.port ?? 0;
  const health = createHealth({ logger, checks: {} });
  const metrics = createMetrics({ process: 'test' });
  await expect(startOpsServer({ host: '127.0.0.1', port, metrics, health, status: statusOf(metrics, health) })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

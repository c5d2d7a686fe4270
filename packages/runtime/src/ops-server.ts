import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Health, Report } from './health.ts';
import type { Metrics } from './metrics.ts';
import type { StatusSource } from './status.ts';

export type OpsServer = { readonly port: number; stop(): Promise<void> };

export type OpsServerOptions = { host: string; port: number; metrics: Metrics; health: Health; status: StatusSource };

/** /metrics, /status, /health/live and /health/ready, on a port of their own that is not for the public. */
export async function startOpsServer({ host, port, ...sources }: OpsServerOptions): Promise<OpsServer> {
  const server = createServer((request, response) => {
    answer(request, response, sources).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.keepAliveTimeout = 5_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, { metrics, health, status }: Omit<OpsServerOptions, 'host' | 'port'>): Promise<void> {
  const path = (request.url ?? '/').split('?')[0];
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
  } else if (path === '/metrics') {
    const text = await metrics.registry.metrics();
    response.writeHead(200, { 'content-type': metrics.registry.contentType }).end(text);
  } else if (path === '/health/live') {
    sendReport(response, health.live());
  } else if (path === '/health/ready') {
    sendReport(response, await health.ready());
  } else if (path === '/status') {
    sendJson(response, 200, await status());
  } else {
    response.writeHead(404).end();
  }
}

function sendReport(response: ServerResponse, report: Report): void {
  sendJson(response, report.status === 'ok' ? 200 : 503, report);
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
}

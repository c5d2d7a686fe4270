import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

import { AppError, type Clock, type Logger } from '@confab/runtime';
import { v7 } from 'uuid';
import { type WebSocket, WebSocketServer } from 'ws';

import { createBucket } from './bucket.ts';
import type { GatewayMetrics } from './metrics.ts';
import { problemOf } from './problem.ts';

export interface AdmissionDeps {
  /** Upgrades are taken here and nowhere else. */
  readonly path: string;
  /** Exact; a request without an Origin does not come from a browser. */
  readonly allowedOrigins: ReadonlySet<string>;
  readonly handshakesPerSecond: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<GatewayMetrics, 'refused'>;
  isStopping(): boolean;
  /** With the trace that the handshake names. */
  admitted(ws: WebSocket, socket: Duplex, traceparent: string | undefined): void;
}

export interface Admission {
  onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** For what asks for no socket. */
  onRequest(request: IncomingMessage, response: ServerResponse): void;
}

const protocolVersion = '1';
/** Why an upgrade is refused, as the codes of the problems that say so. */
export const refusals = ['route.not_found', 'origin.forbidden', 'service.stopping', 'service.overloaded'] as const;
export type Refusal = (typeof refusals)[number];
/** Anybody can provoke these lines: the counter has them all. */
const linesPerSecond = 5;

/** Whoever is turned away is told so in HTTP, before there is a socket; only the wrong version has a close code. */
export function createAdmission({ path, allowedOrigins, handshakesPerSecond, clock, logger, metrics, isStopping, admitted }: AdmissionDeps): Admission {
  const handshakes = createBucket({ burst: handshakesPerSecond, perSecond: handshakesPerSecond, now: clock.now });
  const lines = createBucket({ burst: linesPerSecond, perSecond: linesPerSecond, now: clock.now });
  const options = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    // An identify with a thousand cursors; other frames have their own limit.
    maxPayload: 64 * 1024,
    maxFragments: 16,
    closeTimeout: 3_000,
  };
  const server = new WebSocketServer(options);

  function refusal({ headers: { origin } }: IncomingMessage, pathname: string): Refusal | undefined {
    if (pathname !== path) return 'route.not_found';
    if (origin !== undefined && !allowedOrigins.has(origin)) return 'origin.forbidden';
    if (isStopping()) return 'service.stopping';
    if (!handshakes.take()) return 'service.overloaded';
    return undefined;
  }

  function refuse(code: Refusal, request: IncomingMessage, socket: Duplex): void {
    const requestId = v7();
    metrics.refused(code);
    if (lines.take()) logger.info({ requestId, code, origin: request.headers.origin?.slice(0, 200), address: request.socket.remoteAddress }, 'upgrade refused');
    const error = new AppError(code, code.startsWith('service.') ? { retryAfterSeconds: 1 } : {});
    socket.end(answerOf(error, requestId), () => socket.destroy());
  }

  return {
    onUpgrade(request, socket, head) {
      socket.on('error', destroy);
      const { pathname, searchParams } = urlOf(request);
      const refused = refusal(request, pathname);
      if (refused !== undefined) return refuse(refused, request, socket);
      // The answer goes out with the first frame. A refusal ends the socket, and so is not held back.
      socket.cork();
      server.handleUpgrade(request, socket, head, (ws) => {
        if (searchParams.get('v') === protocolVersion) admitted(ws, socket, traceparentOf(request));
        else refuseVersion(ws);
        socket.uncork();
      });
    },
    onRequest(_request, response) {
      const { status, headers, body } = partsOf(new AppError('route.not_found'), v7());
      response.writeHead(status, headers).end(body);
    },
  };
}

function refuseVersion(ws: WebSocket): void {
  ws.on('error', () => ws.terminate());
  ws.close(4426, 'version_unsupported');
}

/** Stays on the socket for as long as it lives, and so must not hold its request. */
function destroy(this: Duplex): void {
  this.destroy();
}

function urlOf({ url = '/' }: IncomingMessage): URL {
  return URL.canParse(url, 'ws://gateway') ? new URL(url, 'ws://gateway') : new URL('ws://gateway/');
}

/** Node joins repeated headers; none of those is a traceparent. */
const traceparentOf = ({ headers }: IncomingMessage): string | undefined => (typeof headers['traceparent'] === 'string' ? headers['traceparent'] : undefined);

function partsOf(error: AppError, requestId: string): { status: number; headers: Record<string, string>; body: string } {
  const body = JSON.stringify(problemOf(error, requestId));
  const retryAfter: Record<string, string> = error.retryAfterSeconds === undefined ? {} : { 'Retry-After': String(error.retryAfterSeconds) };
  const headers = { 'Content-Type': 'application/problem+json', 'Content-Length': String(Buffer.byteLength(body)), 'Cache-Control': 'no-store', ...retryAfter };
  return { status: error.status, headers, body };
}

function answerOf(error: AppError, requestId: string): string {
  const { status, headers, body } = partsOf(error, requestId);
  const lines = Object.entries({ ...headers, Connection: 'close' }).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} Refused`, ...lines, '', body].join('\r\n');
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

import { AppError, type Clock } from '@confab/runtime';
import { v7 } from 'uuid';
import { type WebSocket, WebSocketServer } from 'ws';

import { createBucket } from './bucket.ts';
import { problemOf } from './problem.ts';

export interface AdmissionDeps {
  /** Upgrades are taken here and nowhere else. */
  readonly path: string;
  /** Exact; a request without an Origin does not come from a browser. */
  readonly allowedOrigins: ReadonlySet<string>;
  readonly handshakesPerSecond: number;
  readonly clock: Clock;
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

/** Whoever is turned away is told so in HTTP, before there is a socket; only the wrong version has a close code. */
export function createAdmission({ path, allowedOrigins, handshakesPerSecond, clock, isStopping, admitted }: AdmissionDeps): Admission {
  const handshakes = createBucket({ burst: handshakesPerSecond, perSecond: handshakesPerSecond, now: clock.now });
  const options = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    // An identify with a thousand cursors; other frames have their own limit.
    maxPayload: 64 * 1024,
    maxFragments: 16,
    closeTimeout: 3_000,
    // Text that is no UTF-8 is ours to refuse: with a close code that the contract knows.
    skipUTF8Validation: true,
  };
  const server = new WebSocketServer(options);

  function refusal(request: IncomingMessage): AppError | undefined {
    const { pathname } = urlOf(request);
    const { origin } = request.headers;
    if (pathname !== path) return new AppError('route.not_found');
    if (origin !== undefined && !allowedOrigins.has(origin)) return new AppError('origin.forbidden');
    if (isStopping()) return new AppError('service.stopping', { retryAfterSeconds: 1 });
    if (!handshakes.take()) return new AppError('service.overloaded', { retryAfterSeconds: 1 });
    return undefined;
  }

  return {
    onUpgrade(request, socket, head) {
      socket.on('error', () => socket.destroy());
      const refused = refusal(request);
      if (refused !== undefined) return void socket.end(answerOf(refused), () => socket.destroy());
      server.handleUpgrade(request, socket, head, (ws) => {
        if (urlOf(request).searchParams.get('v') === protocolVersion) return admitted(ws, socket, traceparentOf(request));
        ws.on('error', () => ws.terminate());
        ws.close(4426, 'version_unsupported');
      });
    },
    onRequest(_request, response) {
      const { status, headers, body } = partsOf(new AppError('route.not_found'));
      response.writeHead(status, headers).end(body);
    },
  };
}

function urlOf({ url = '/' }: IncomingMessage): URL {
  return URL.canParse(url, 'ws://gateway') ? new URL(url, 'ws://gateway') : new URL('ws://gateway/');
}

/** Node joins repeated headers; none of those is a traceparent. */
const traceparentOf = ({ headers }: IncomingMessage): string | undefined => (typeof headers['traceparent'] === 'string' ? headers['traceparent'] : undefined);

function partsOf(error: AppError): { status: number; headers: Record<string, string>; body: string } {
  const body = JSON.stringify(problemOf(error, v7()));
  const retryAfter: Record<string, string> = error.retryAfterSeconds === undefined ? {} : { 'Retry-After': String(error.retryAfterSeconds) };
  const headers = { 'Content-Type': 'application/problem+json', 'Content-Length': String(Buffer.byteLength(body)), 'Cache-Control': 'no-store', ...retryAfter };
  return { status: error.status, headers, body };
}

function answerOf(error: AppError): string {
  const { status, headers, body } = partsOf(error);
  const lines = Object.entries({ ...headers, Connection: 'close' }).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} Refused`, ...lines, '', body].join('\r\n');
}

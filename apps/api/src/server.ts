import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { AppError, createUnderWay } from '@confab/runtime';
import { rawProblem } from './http/problem.ts';

export type HttpServer = { readonly port: number; stop(): Promise<void> };

export type HttpServerOptions = {
  readonly app: RequestListener;
  readonly host: string;
  readonly port: number;
  /** How long requests under way may take to end. What is left then is cut. */
  readonly drainMs: number;
  /** From then on each answer tells its connection to end, so that none is idle when the listener closes. */
  readonly isLeaving: () => boolean;
};

export async function startHttpServer({ app, host, port, drainMs, isLeaving }: HttpServerOptions): Promise<HttpServer> {
  const answering = createUnderWay<ServerResponse>();
  const server = createServer({
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    connectionsCheckingInterval: 5_000,
    // Longer than load balancers keep theirs, so that it is they who close.
    keepAliveTimeout: 65_000,
    maxHeaderSize: 16 * 1024,
    // Node would refuse with an empty body.
    requireHostHeader: false,
  });
  const serve: RequestListener = (request, response) => {
    response.once('close', answering.add(response));
    if (isLeaving()) response.setHeader('Connection', 'close');
    app(request, response);
  };
  // To Node a connection is idle as soon as its answer has been written, though most of it may not have been sent.
  const closeIdleConnections = server.closeIdleConnections.bind(server);
  server.closeIdleConnections = () => {
    if (!answering.all().some((response) => response.writableEnded)) closeIdleConnections();
  };
  server.on('request', serve).on('checkExpectation', serve);
  server.on('connect', (_request, socket) => refuse(socket, new AppError('method.not_allowed', { headers: { Allow: 'GET, HEAD' } })));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const isHalfAnswered = answering.all().some((response) => response.socket === socket && response.headersSent);
    if (error.code === 'ECONNRESET' || !socket.writable || isHalfAnswered) socket.destroy();
    else refuse(socket, new AppError('request.invalid', { detail: reasons[error.code ?? ''] ?? 'The request is not well-formed HTTP.' }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });

  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // Whoever waits for an answer learns with it that no further request belongs here.
      for (const response of answering.all()) if (!response.headersSent) response.setHeader('Connection', 'close');
      const sweep = setInterval(() => server.closeIdleConnections(), 50);
      const cut = setTimeout(() => server.closeAllConnections(), drainMs);
      await closed.finally(() => {
        clearInterval(sweep);
        clearTimeout(cut);
      });
    },
  };
}

const reasons: Record<string, string> = {
  HPE_HEADER_OVERFLOW: 'The headers are too large.',
  ERR_HTTP_REQUEST_TIMEOUT: 'The request did not arrive in time.',
};

/** What never became a request. A socket that was handed over has no listener left, and an error without one ends the process. */
function refuse(socket: Duplex, error: AppError): void {
  socket.on('error', () => undefined);
  socket.end(rawProblem(error, randomUUID()), () => socket.destroy());
}

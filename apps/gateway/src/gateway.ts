import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { createAdmission } from './admission.ts';
import { type Connection, openConnection } from './connection.ts';
import type { Context } from './context.ts';
import { drain } from './drain.ts';
import { startPulse } from './pulse.ts';

export interface GatewayOptions {
  readonly context: Context;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly allowedOrigins: readonly string[];
  readonly handshakesPerSecond: number;
  readonly drainSpreadMs: number;
  isStopping(): boolean;
}

export interface Gateway {
  readonly port: number;
  /** Closes their sockets. */
  endSessions(sessionIds: ReadonlySet<string>): void;
  /** Lets everybody go elsewhere first. */
  stop(): Promise<void>;
}

export async function startGateway({ context, host, port, path, allowedOrigins, handshakesPerSecond, drainSpreadMs, isStopping }: GatewayOptions): Promise<Gateway> {
  const connections = new Set<Connection>();
  const pulse = startPulse(context.config);
  const admission = createAdmission({
    path,
    allowedOrigins: new Set(allowedOrigins),
    handshakesPerSecond,
    clock: context.clock,
    logger: context.logger,
    metrics: context.metrics,
    isStopping,
    admitted(ws, socket, traceparent) {
      const connection = openConnection({ context, ws, socket, traceparent }, () => {
        connections.delete(connection);
        pulse.remove(connection);
      });
      connections.add(connection);
      pulse.add(connection);
    },
  });
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 10_000, keepAliveTimeout: 5_000 }, admission.onRequest);
  server.on('upgrade', admission.onUpgrade);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    endSessions(sessionIds) {
      for (const connection of connections) connection.endSession(sessionIds);
    },
    async stop() {
      server.close();
      await drain(connections, drainSpreadMs);
      pulse.stop();
      server.closeAllConnections();
    },
  };
}

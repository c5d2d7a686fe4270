import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { freePort } from './ports.ts';

export interface TcpProxy {
  /** The target's address with the proxy's host and port in it. */
  readonly url: string;
  /** Connections stay open and new ones are taken, but nothing passes: a server that hangs. */
  hang(): void;
  /** Every connection is reset and new ones are refused: a server that died. */
  cut(): void;
  /**
   * The next request with this text in it is passed on; its answer is not, and the connection is reset once that has said what is
   * `done`. Settles when that has happened: by then the server has done what it was asked.
   */
  loseAnswerTo(text: string, done: string): Promise<void>;
  /** From now on, each round trip of each connection: all that was asked before anything was answered. */
  record(): readonly string[];
  /** As in the beginning. What was held back passes now. */
  restore(): void;
  stop(): Promise<void>;
}

/** A wire that a test can break, between a client and the server of the URL. */
export async function startTcpProxy(targetUrl: string): Promise<TcpProxy> {
  const target = new URL(targetUrl);
  const sockets = new Set<Socket>();
  let isHanging = false;
  let doomed: { text: string; done: string; isLost: () => void } | undefined;
  let trips: string[] | undefined;

  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
    if (isHanging) socket.pause();
  };
  const server = createServer((near) => {
    const far = connect({ host: target.hostname, port: Number(target.port) });
    for (const socket of [near, far]) keep(socket);
    let losing: typeof doomed;
    let isAnswered = true;
    let trip = 0;
    near.on('data', (chunk) => {
      if (doomed !== undefined && chunk.includes(doomed.text)) {
        losing = doomed;
        doomed = undefined;
      }
      if (trips !== undefined) {
        if (isAnswered) trip = trips.push('') - 1;
        trips[trip] += chunk.toString('latin1');
      }
      isAnswered = false;
      far.write(chunk);
    });
    far.on('data', (chunk) => {
      isAnswered = true;
      if (losing === undefined) near.write(chunk);
      else if (chunk.includes(losing.done)) {
        near.resetAndDestroy();
        losing.isLost();
      }
    });
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
  });
  const port = await freePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  const url = new URL(targetUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return {
    url: url.href,
    hang() {
      isHanging = true;
      for (const socket of sockets) socket.pause();
    },
    cut() {
      isHanging = false;
      server.close();
      for (const socket of sockets) socket.resetAndDestroy();
    },
    loseAnswerTo: (text, done) => new Promise((isLost) => (doomed = { text, done, isLost })),
    record: () => (trips = []),
    restore() {
      isHanging = false;
      if (!server.listening) server.listen(port, '127.0.0.1');
      for (const socket of sockets) socket.resume();
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { freePort } from './ports.ts';

export interface TcpProxy {
  /** The target's address with the proxy's host and port in it; of each node where the target is a Redis Cluster. */
  readonly url: string;
  /** Connections stay open and new ones are taken, but nothing passes: a server that hangs. Answers how many there were. */
  hang(): number;
  /** Every connection is reset and new ones are refused: a server that died. Answers how many there were. */
  cut(): number;
  /** Every connection is reset, and the server hears nothing of it: half open, until it gives them up. New ones are taken. Answers how many there were. */
  strand(): number;
  /**
   * The next request with this text in it is passed on; its answer is not, and the connection is reset once that has said what is
   * `done`. Settles when that has happened: by then the server has done what it was asked.
   */
  loseAnswerTo(text: string, done: string): Promise<void>;
  /** From now on, each round trip of each connection: all that was asked before anything was answered. */
  record(): readonly string[];
  /** From now on each answer comes so much later, in its order. */
  delayAnswers(ms: number): void;
  /** As in the beginning. What was held back passes now. */
  restore(): void;
  stop(): Promise<void>;
}

/**
 * A wire that a test can break, between a client and the server of the URL, or all nodes of a cluster. It keeps little itself: who does
 * not read is felt by who writes.
 */
export async function startTcpProxy(targetUrl: string): Promise<TcpProxy> {
  const targets = targetUrl.split(',');
  if (targets.length === 1) return startWire(targetUrl, await freePort(), (answer) => answer);
  const renames: [string, string][] = [];
  // What nodes say of each other must lead through the wire, too: their ports have five digits, and so do ours.
  const rename = (answer: Buffer): Buffer => {
    const text = answer.toString('latin1');
    const renamed = renames.reduce((all, [from, to]) => all.replaceAll(from, to), text);
    return renamed === text ? answer : Buffer.from(renamed, 'latin1');
  };
  const ports: number[] = [];
  for (const target of targets) {
    let port = await freePort();
    while (ports.includes(port)) port = await freePort();
    ports.push(port);
    const asked = new URL(target).port;
    renames.push([`:${asked}\r\n`, `:${port}\r\n`]);
  }
  const wires = await Promise.all(targets.map((target, index) => startWire(target, ports[index] ?? 0, rename)));
  const sum = (act: (wire: TcpProxy) => number) => () => wires.reduce((total, wire) => total + act(wire), 0);
  return {
    url: wires.map(({ url }) => url).join(','),
    hang: sum((wire) => wire.hang()),
    cut: sum((wire) => wire.cut()),
    strand: sum((wire) => wire.strand()),
    loseAnswerTo: (text, done) => Promise.race(wires.map((wire) => wire.loseAnswerTo(text, done))),
    record: () => onlyOf(wires).record(),
    delayAnswers: (ms) => wires.forEach((wire) => wire.delayAnswers(ms)),
    restore: () => wires.forEach((wire) => wire.restore()),
    stop: async () => void (await Promise.all(wires.map((wire) => wire.stop()))),
  };
}

function onlyOf(wires: readonly TcpProxy[]): TcpProxy {
  const [only, ...others] = wires;
  if (only === undefined || others.length > 0) throw new Error('the round trips of several servers have no order');
  return only;
}

async function startWire(targetUrl: string, port: number, rename: (answer: Buffer) => Buffer): Promise<TcpProxy> {
  const target = new URL(targetUrl);
  const sockets = new Set<Socket>();
  /** The clients' ends. */
  const nears = new Set<Socket>();
  /** Not read from until the other end has taken what they said. */
  const waiting = new Set<Socket>();
  const stranded = new Set<Socket>();
  let isHanging = false;
  let delayMs = 0;
  let doomed: { text: string; done: string; isLost: () => void } | undefined;
  let trips: string[] | undefined;

  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => [sockets, nears, waiting, stranded].forEach((set) => set.delete(socket)));
    if (isHanging) socket.pause();
  };
  const pass = (from: Socket, to: Socket, bytes: Buffer): void => {
    if (to.write(bytes)) return;
    waiting.add(from);
    from.pause();
  };
  const goOn = (socket: Socket): void => {
    waiting.delete(socket);
    if (!isHanging && !stranded.has(socket)) socket.resume();
  };
  const server = createServer((near) => {
    const far = connect({ host: target.hostname, port: Number(target.port) });
    for (const socket of [near, far]) keep(socket);
    nears.add(near);
    let losing: typeof doomed;
    let isAnswered = true;
    let trip = 0;
    const late: Buffer[] = [];
    const answer = (bytes: Buffer): void => {
      if (delayMs === 0 && late.length === 0) return pass(far, near, bytes);
      late.push(bytes);
      // Each lets the eldest pass: they keep their order, whatever the delay has become.
      setTimeout(() => pass(far, near, late.shift() ?? Buffer.alloc(0)), delayMs).unref();
    };
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
      pass(near, far, chunk);
    });
    far.on('data', (chunk) => {
      isAnswered = true;
      if (losing === undefined) answer(rename(chunk));
      else if (chunk.includes(losing.done)) {
        near.resetAndDestroy();
        losing.isLost();
      }
    });
    near.on('drain', () => goOn(far));
    far.on('drain', () => goOn(near));
    near.once('close', () => {
      if (!stranded.has(far)) far.destroy();
    });
    far.once('close', () => near.destroy());
  });
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
      return nears.size;
    },
    cut() {
      const count = nears.size;
      isHanging = false;
      server.close();
      for (const socket of sockets) socket.resetAndDestroy();
      return count;
    },
    strand() {
      const count = nears.size;
      for (const far of sockets) {
        if (nears.has(far)) continue;
        stranded.add(far);
        far.pause();
      }
      for (const near of nears) near.resetAndDestroy();
      return count;
    },
    delayAnswers: (ms) => void (delayMs = ms),
    loseAnswerTo: (text, done) => new Promise((isLost) => (doomed = { text, done, isLost })),
    record: () => (trips = []),
    restore() {
      isHanging = false;
      delayMs = 0;
      doomed = undefined;
      if (!server.listening) server.listen(port, '127.0.0.1');
      for (const socket of stranded) socket.destroy();
      for (const socket of sockets) if (!waiting.has(socket)) socket.resume();
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}

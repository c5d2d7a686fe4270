import type { ServerFrame } from '@confab/contract';
import { WebSocket } from 'ws';
import type { RawData } from 'ws';
import type { FrameChecks } from './contract/frames.ts';

type FrameOf<T extends ServerFrame['t']> = Extract<ServerFrame, { t: T }>;

/** A socket without manners: it sends anything, and keeps all that comes. What the gateway sends is checked against the spec. */
export interface SocketProbe {
  readonly frames: readonly ServerFrame[];
  /** Objects as JSON; strings and bytes as they are. */
  send(data: object | string | Buffer): void;
  /** The next frame of this type (that fits) after the one that was awaited last. */
  next<T extends ServerFrame['t']>(type: T, fits?: (frame: FrameOf<T>) => boolean, withinMs?: number): Promise<FrameOf<T>>;
  closed(withinMs?: number): Promise<{ code: number; reason: string }>;
  /** Stops reading, so that the gateway's queue fills. */
  pause(): void;
  resume(): void;
  /** Ends without a goodbye. */
  cut(): void;
  close(code?: number): void;
}

export class UpgradeRefused extends Error {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;

  constructor(status: number, headers: NodeJS.Dict<string | string[]>) {
    super(`the upgrade was refused with ${status}`);
    this.name = 'UpgradeRefused';
    this.status = status;
    this.headers = headers;
  }
}

/** Settles when the socket is open; rejects with UpgradeRefused where an HTTP status says no. */
export async function openSocketProbe(url: string, { origin, headers, checks }: { origin?: string; headers?: Record<string, string>; checks: FrameChecks }): Promise<SocketProbe> {
  const socket = new WebSocket(url, { perMessageDeflate: false, ...(origin === undefined ? {} : { origin }), ...(headers === undefined ? {} : { headers }) });
  const frames: ServerFrame[] = [];
  const changed = new Set<() => void>();
  let close: { code: number; reason: string } | undefined;
  let read = 0;
  const change = (): void => changed.forEach((listener) => listener());

  const opened = new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('unexpected-response', (_request, response) => {
      reject(new UpgradeRefused(response.statusCode ?? 0, response.headers));
      socket.terminate();
    });
    socket.on('error', reject);
  });
  socket.on('message', (data: RawData) => {
    const text = (data as Buffer).toString();
    checks.fromServer(text);
    frames.push(JSON.parse(text) as ServerFrame);
    change();
  });
  socket.on('close', (code, reason) => {
    close = { code, reason: String(reason) };
    change();
  });
  await opened;

  /** Asks again at each change, until there is an answer. */
  const until = <T>(ask: () => T | undefined, withinMs: number, what: string): Promise<T> =>
    new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        changed.delete(listener);
        finish();
      };
      const fail = (why: string): void => settle(() => reject(new Error(`${what} ${why}; got ${JSON.stringify(frames.slice(-10))}`)));
      const listener = (): void => {
        const answer = ask();
        if (answer !== undefined) settle(() => resolve(answer));
        else if (close !== undefined) fail(`did not come before the close with ${close.code} ${close.reason}`);
      };
      const timer = setTimeout(() => fail(`did not come within ${withinMs} ms`), withinMs);
      changed.add(listener);
      listener();
    });

  return {
    frames,
    send: (data) => socket.send(typeof data === 'string' || Buffer.isBuffer(data) ? data : JSON.stringify(data)),
    next: <T extends ServerFrame['t']>(type: T, fits: (frame: FrameOf<T>) => boolean = () => true, withinMs = 5000) =>
      until(
        () => {
          const index = frames.findIndex((frame, at) => at >= read && frame.t === type && fits(frame as FrameOf<T>));
          if (index < 0) return undefined;
          read = index + 1;
          return frames[index] as FrameOf<T>;
        },
        withinMs,
        `frame ${type}`,
      ),
    closed: (withinMs = 5000) => until(() => close, withinMs, 'the close'),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    cut: () => socket.terminate(),
    close: (code = 1000) => socket.close(code),
  };
}

import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

type FrameParts = { opcode: number; payload?: Buffer; isFinal?: boolean; reserved?: number; isMasked?: boolean; length?: number };

/** A client's frame as it should be, or as it is asked for. `length` is what it claims, whatever follows. */
export function frame({ opcode, payload = Buffer.alloc(0), isFinal = true, reserved = 0, isMasked = true, length = payload.length }: FrameParts): Buffer {
  const first = (isFinal ? 0x80 : 0) | (reserved << 4) | opcode;
  const sizes = length < 126 ? Buffer.from([length]) : length < 65_536 ? Buffer.from([126, length >> 8, length & 255]) : Buffer.concat([Buffer.from([127]), uint64(length)]);
  sizes[0] = (sizes[0] ?? 0) | (isMasked ? 0x80 : 0);
  const mask = isMasked ? randomBytes(4) : Buffer.alloc(0);
  return Buffer.concat([Buffer.from([first]), sizes, mask, isMasked ? payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0)) : payload]);
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

export interface RawSocket {
  write(bytes: Buffer | string): void;
  /** The code of the close frame, `cut` if the connection ended without one, `open` if neither came in time. */
  closed(withinMs?: number): Promise<number | 'cut' | 'open'>;
  /** The first line of the answer to the handshake. */
  readonly status: Promise<number>;
  end(): void;
}

export const handshake = (url: string, { headers = {}, method = 'GET' }: { headers?: Record<string, string | undefined>; method?: string } = {}): string => {
  const { host, pathname, search } = new URL(url);
  const all = { Host: host, Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Key': randomBytes(16).toString('base64'), 'Sec-WebSocket-Version': '13', ...headers };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  return [`${method} ${pathname}${search} HTTP/1.1`, ...lines, '', ''].join('\r\n');
};

/** Bytes to a WebSocket server that no client library would send. */
export function openRawSocket(url: string, greeting = handshake(url)): RawSocket {
  const { hostname, port } = new URL(url);
  const socket: Socket = connect(Number(port), hostname);
  let received = Buffer.alloc(0);
  let isOver = false;
  socket.on('data', (bytes) => void (received = Buffer.concat([received, bytes])));
  socket.on('error', () => undefined).on('close', () => void (isOver = true));
  socket.write(greeting);
  const until = async <T>(ask: () => T | undefined, withinMs: number): Promise<T | undefined> => {
    for (const end = Date.now() + withinMs; ; await delay(10)) {
      const answer = ask();
      if (answer !== undefined || Date.now() > end) return answer;
    }
  };
  const statusNow = (): number | undefined => {
    const line = received.toString('latin1').split('\r\n\r\n')[1] === undefined && !isOver ? undefined : received.toString('latin1').split('\r\n')[0];
    return line === undefined ? undefined : Number(line.split(' ')[1] ?? 0);
  };
  return {
    write: (bytes) => void socket.write(bytes),
    status: until(statusNow, 15_000).then((status) => status ?? 0),
    closed: (withinMs = 15_000) => until(() => closeCode(received) ?? (isOver ? ('cut' as const) : undefined), withinMs).then((answer) => answer ?? 'open'),
    end: () => socket.destroy(),
  };
}

/** Servers do not mask, and what this one says is short. */
function closeCode(received: Buffer): number | undefined {
  const head = received.indexOf('\r\n\r\n');
  for (let at = head < 0 ? received.length : head + 4; at + 2 <= received.length; ) {
    const [first = 0, second = 0] = received.subarray(at);
    const extended = second === 126 ? 2 : 0;
    const length = extended === 2 ? received.readUInt16BE(at + 2) : second;
    if ((first & 15) === 8) return length >= 2 && at + 4 <= received.length ? received.readUInt16BE(at + 2) : 1005;
    at += 2 + extended + length;
  }
  return undefined;
}

import { connect } from 'node:net';

export interface LightSocket {
  send(text: string): void;
  close(): void;
  hasEnded(): boolean;
  /** Settles when the upgrade is answered; rejects when it is refused. */
  readonly isOpen: Promise<void>;
  readonly isClosed: Promise<void>;
}

/** One for all sockets: each hands on what it read before another one reads. */
const shared = Buffer.allocUnsafe(512 * 1024);
const endOfHead = Buffer.from('\r\n\r\n');

/**
 * As little of RFC 6455 as a client of ours needs: frames that are one fragment each, and a mask of zeros. `onFrame` is given the
 * place of a payload in the buffer that it was read into, for no longer than the call.
 */
export function openLightSocket(port: number, path: string, onFrame: (buffer: Buffer, from: number, to: number) => void): LightSocket {
  const isOpen = Promise.withResolvers<void>();
  const isClosed = Promise.withResolvers<void>();
  isOpen.promise.catch(() => undefined);
  let isUpgraded = false;
  let carried: Buffer | undefined;
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer: shared, callback: (count, buffer) => (take(count, buffer as Buffer), true) } });
  socket.on('connect', () => socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`));
  socket.on('error', isOpen.reject);
  socket.on('close', () => (isOpen.reject(new Error('closed before it was open')), isClosed.resolve()));

  function take(count: number, buffer: Buffer): void {
    const bytes = carried === undefined ? buffer.subarray(0, count) : Buffer.concat([carried, buffer.subarray(0, count)]);
    const used = isUpgraded ? frames(bytes, 0) : upgrade(bytes);
    carried = used < bytes.length ? Buffer.from(bytes.subarray(used)) : undefined;
  }

  function upgrade(bytes: Buffer): number {
    const end = bytes.indexOf(endOfHead);
    if (end < 0) return 0;
    if (bytes.toString('latin1', 9, 12) !== '101') {
      isOpen.reject(new Error(`refused: ${bytes.toString('latin1', 9, 12)}`));
      return bytes.length;
    }
    isUpgraded = true;
    isOpen.resolve();
    return frames(bytes, end + 4);
  }

  /** Answers where the first frame begins that is not whole yet. */
  function frames(bytes: Buffer, from: number): number {
    for (let at = from; ; ) {
      if (at + 2 > bytes.length) return at;
      let length = (bytes[at + 1] ?? 0) & 0x7f;
      let payload = at + 2;
      if (length === 126) {
        if (at + 4 > bytes.length) return at;
        length = bytes.readUInt16BE(at + 2);
        payload = at + 4;
      } else if (length === 127) throw new Error('a frame of more than 64 KiB');
      if (payload + length > bytes.length) return at;
      const opcode = (bytes[at] ?? 0) & 0x0f;
      if (opcode === 1) onFrame(bytes, payload, payload + length);
      else if (opcode === 9) socket.write(masked(0x8a, bytes.subarray(payload, payload + length)));
      else if (opcode === 8) socket.destroy();
      at = payload + length;
    }
  }

  return { isOpen: isOpen.promise, isClosed: isClosed.promise, send: (text) => void socket.write(masked(0x81, Buffer.from(text))), close: () => void socket.destroy(), hasEnded: () => socket.destroyed };
}

function masked(first: number, payload: Buffer): Buffer {
  const length = payload.length;
  const head = length < 126 ? Buffer.of(first, 0x80 | length, 0, 0, 0, 0) : Buffer.of(first, 0x80 | 126, length >> 8, length & 0xff, 0, 0, 0, 0);
  return Buffer.concat([head, payload]);
}

import type { Wire } from '../outbound.ts';
import type { Time } from './time.ts';

/** The other end of a socket, with the buffers in between. */
export interface Peer {
  readonly wire: Wire;
  setSlow(isSlow: boolean): void;
  /** What is on the way is lost, or some of it still arrives. */
  cut(): void;
}

const kernelBytes = 64 * 1024;
const highWaterMark = 16 * 1024;

export function createPeer(time: Time, receive: (text: string) => void, onDrain: () => void): Peer {
  const onTheWay: Buffer[] = [];
  let bytes = 0;
  let needsDrain = false;
  let isSlow = false;
  let isCut = false;
  let isReading = false;

  const waiting = () => Math.max(0, bytes - kernelBytes);

  function read(): void {
    if (isReading || isSlow || isCut || onTheWay.length === 0) return;
    isReading = true;
    time.at(time.random() * 3, () => {
      isReading = false;
      if (isSlow || isCut) return;
      for (let count = 1 + Math.floor(time.random() * 40); count > 0 && onTheWay.length > 0; count -= 1) {
        const frame = onTheWay.shift() as Buffer;
        bytes -= frame.length;
        receive(textOf(frame));
      }
      if (needsDrain && waiting() === 0) {
        needsDrain = false;
        onDrain();
      }
      read();
    });
  }

  return {
    wire: {
      get writableLength() {
        return waiting();
      },
      get writableNeedDrain() {
        return needsDrain;
      },
      cork: () => undefined,
      uncork: () => undefined,
      write(written) {
        onTheWay.push(...framesOf(written));
        bytes += written.length;
        read();
        if (waiting() >= highWaterMark) needsDrain = true;
        return !needsDrain;
      },
    },
    setSlow(slow) {
      isSlow = slow;
      read();
    },
    cut() {
      if (!isSlow) for (let count = Math.floor(time.random() * (onTheWay.length + 1)); count > 0; count -= 1) receive(textOf(onTheWay.shift() as Buffer));
      isCut = true;
    },
  };
}

/** Server frames (RFC 6455, 5.2), as many as were written at once. */
function framesOf(written: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at < written.length; ) {
    const end = at + payloadAt(written, at) + payloadLength(written, at);
    frames.push(written.subarray(at, end));
    at = end;
  }
  return frames;
}

function payloadAt(bytes: Buffer, at: number): number {
  const short = bytes[at + 1] ?? 0;
  return short < 126 ? 2 : short === 126 ? 4 : 10;
}

function payloadLength(bytes: Buffer, at: number): number {
  const short = bytes[at + 1] ?? 0;
  if (short < 126) return short;
  return short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
}

const textOf = (frame: Buffer): string => frame.toString('utf8', payloadAt(frame, 0));

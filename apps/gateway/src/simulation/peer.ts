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
      uncork: read,
      write(frame) {
        onTheWay.push(frame);
        bytes += frame.length;
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

/** The payload of one server frame (RFC 6455, 5.2). */
function textOf(frame: Buffer): string {
  const short = frame[1] ?? 0;
  return frame.toString('utf8', short < 126 ? 2 : short === 126 ? 4 : 10);
}

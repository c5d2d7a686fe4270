import type { ServiceFrame } from '@confab/contract';
import type { StreamEvent } from '@confab/stream';

const framed = new WeakMap<StreamEvent, Buffer>();

/** An event as it goes over every socket: made once, however many read it. */
export function eventFrame(event: StreamEvent): Buffer {
  const known = framed.get(event);
  if (known !== undefined) return known;
  const trace = event.trace === null ? '' : `,"tp":${JSON.stringify(event.trace)}`;
  const frame = textFrame(`{"t":${JSON.stringify(event.type)},"d":${event.payload},"r":${JSON.stringify(event.stream)},"s":${event.seq}${trace}}`);
  framed.set(event, frame);
  return frame;
}

export function serviceFrame(frame: ServiceFrame): Buffer {
  return textFrame(JSON.stringify(frame));
}

/**
 * RFC 6455, 5.2: one final, unmasked text frame. Framed here, because ws frames once per socket and its own function for
 * it is no part of its documented surface.
 */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const headerLength = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafeSlow(headerLength + length);
  frame[0] = 0x81;
  if (headerLength === 2) {
    frame[1] = length;
  } else if (headerLength === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, headerLength);
  return frame;
}

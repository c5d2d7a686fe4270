import type { EventType, StreamId } from '@confab/contract';

import type { StreamEvent } from './event.ts';

/**
 * An event on its way through Redis: version, flags, number (8 bytes), time (8 bytes), then epoch, type and stream as short
 * strings, then what the flags announce (three UUIDs of 16 bytes, the trace as a short string), then the payload to the end.
 */
const version = 1;
const fixedBytes = 18;
const idBytes = 16;
const flag = { control: 1, subject: 2, author: 4, subjectUser: 8, trace: 16 };

export class CodecError extends Error {
  override readonly name = 'CodecError';
}

export function encodeEvent(event: StreamEvent): Buffer {
  const names = [event.epoch, event.type, event.stream];
  const ids = [event.subjectId, event.authorId, event.subjectUserId].filter((id) => id !== null);
  const trace = event.trace === null ? [] : [event.trace];
  const payloadBytes = Buffer.byteLength(event.payload);
  const bytes = Buffer.allocUnsafe(fixedBytes + sizeOf(names) + ids.length * idBytes + sizeOf(trace) + payloadBytes);
  bytes[0] = version;
  bytes[1] = flagsOf(event);
  writeNumber(bytes, event.seq, 2);
  writeNumber(bytes, event.at, 10);
  let at = fixedBytes;
  for (const name of names) at = writeShortString(bytes, name, at);
  for (const id of ids) at = writeId(bytes, id, at);
  for (const text of trace) at = writeShortString(bytes, text, at);
  bytes.write(event.payload, at);
  return bytes;
}

export function decodeEvent(bytes: Buffer): StreamEvent {
  if (bytes.length < fixedBytes) throw new CodecError('an event is cut short');
  if (bytes[0] !== version) throw new CodecError(`an event has version ${bytes[0]}, known is ${version}`);
  const flags = bytes[1] ?? 0;
  const rest = reader(bytes, fixedBytes);
  return {
    seq: bytes.readUInt32BE(2) * 2 ** 32 + bytes.readUInt32BE(6),
    at: bytes.readUInt32BE(10) * 2 ** 32 + bytes.readUInt32BE(14),
    epoch: rest.shortString(),
    // A type that a newer process sent is carried like any other.
    type: rest.shortString() as EventType,
    stream: rest.shortString() as StreamId,
    control: (flags & flag.control) !== 0,
    subjectId: flags & flag.subject ? rest.uuid() : null,
    authorId: flags & flag.author ? rest.uuid() : null,
    subjectUserId: flags & flag.subjectUser ? rest.uuid() : null,
    trace: flags & flag.trace ? rest.shortString() : null,
    payload: rest.remainder(),
  };
}

function flagsOf(event: StreamEvent): number {
  return (
    (event.control ? flag.control : 0) |
    (event.subjectId === null ? 0 : flag.subject) |
    (event.authorId === null ? 0 : flag.author) |
    (event.subjectUserId === null ? 0 : flag.subjectUser) |
    (event.trace === null ? 0 : flag.trace)
  );
}

const sizeOf = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + 1 + text.length, 0);

function writeNumber(bytes: Buffer, value: number, at: number): void {
  bytes.writeUInt32BE(Math.floor(value / 2 ** 32), at);
  bytes.writeUInt32BE(value % 2 ** 32, at + 4);
}

function writeShortString(bytes: Buffer, text: string, at: number): number {
  if (text.length > 255) throw new CodecError('a name in an event is too long');
  bytes[at] = text.length;
  return at + 1 + bytes.write(text, at + 1, 'latin1');
}

function writeId(bytes: Buffer, id: string, at: number): number {
  const hex = id.replaceAll('-', '');
  // Writing ends at the first letter that is none of these.
  if (hex.length !== 2 * idBytes || bytes.write(hex, at, 'hex') !== idBytes) throw new CodecError('an id in an event is not a UUID');
  return at + idBytes;
}

function reader(bytes: Buffer, start: number) {
  let at = start;
  function take(length: number): Buffer {
    if (at + length > bytes.length) throw new CodecError('an event is cut short');
    at += length;
    return bytes.subarray(at - length, at);
  }
  return {
    shortString: () => take(take(1)[0] ?? 0).toString('latin1'),
    uuid: () => dashed(take(idBytes).toString('hex')),
    remainder: () => bytes.toString('utf8', at),
  };
}

const dashed = (hex: string): string => `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;

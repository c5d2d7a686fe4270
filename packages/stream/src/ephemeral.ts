import type { Schemas, StreamId } from '@confab/contract';

import { decodeEvent } from './codec.ts';
import type { StreamEvent } from './event.ts';

/** What carries no number, is kept nowhere and may be lost. Goes over the channel of the stream it is about. */
export interface Ephemeral {
  readonly type: 'typing';
  readonly stream: StreamId;
  /** Who did it, and so need not be told. */
  readonly userId: string;
  readonly d: Schemas['Typing'];
}

/** JSON: its first byte is no version of an event. */
export function encodeEphemeral(ephemeral: Ephemeral): Buffer {
  return Buffer.from(JSON.stringify(ephemeral));
}

export type ChannelMessage = { readonly event: StreamEvent } | { readonly ephemeral: Ephemeral };

export function decodeMessage(bytes: Buffer): ChannelMessage {
  return bytes[0] === 0x7b ? { ephemeral: JSON.parse(bytes.toString()) as Ephemeral } : { event: decodeEvent(bytes) };
}

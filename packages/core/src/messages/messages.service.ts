import type { operations, Schemas } from '@confab/contract';

import type { Actor } from '../actor.ts';

export type ListMessagesQuery = NonNullable<operations['listMessages']['parameters']['query']>;

export interface Messages {
  /** `replayed`: this nonce was sent before, and the message is the one it made, as it is now. */
  send(actor: Actor, roomId: string, body: Schemas['CreateMessageRequest']): Promise<{ message: Schemas['Message']; replayed: boolean }>;
  list(actor: Actor, roomId: string, query: ListMessagesQuery): Promise<Schemas['MessagePage']>;
  markRead(actor: Actor, roomId: string, body: Schemas['MarkReadRequest']): Promise<Schemas['ReadMarker']>;
}

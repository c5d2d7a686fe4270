import type { Core } from '@confab/core';
import type { Operations } from '../operations.ts';

export function messagesRoutes({ messages }: Core): Pick<Operations, 'listMessages' | 'createMessage' | 'markRead'> {
  return {
    listMessages: ({ path, query }, { actor }) => messages.list(actor, path.roomId, query),
    async createMessage({ path, body }, { actor }) {
      const { message, replayed } = await messages.send(actor, path.roomId, body);
      return replayed ? { status: 200, body: message, headers: { 'Idempotent-Replayed': 'true' } } : { status: 201, body: message };
    },
    markRead: ({ path, body }, { actor }) => messages.markRead(actor, path.roomId, body),
  };
}

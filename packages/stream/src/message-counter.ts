import { type Metrics, startAtZero } from '@confab/runtime';

import type { LogEvent } from './event.ts';

export type MessageStage = 'accepted' | 'published' | 'delivered';

export interface MessageCounter {
  /** Counts it if it is a new message. */
  count(stage: MessageStage, event: Pick<LogEvent, 'type'>): void;
}

/** One metric, whichever process counts which stages. */
export function createMessageCounter(metrics: Metrics, stages: readonly MessageStage[]): MessageCounter {
  const messages = metrics.counter({
    name: 'confab_messages_total',
    help: 'New messages by stage: accepted (committed), published (rung for in Redis), delivered (put on a socket, once for each).',
    labelNames: ['stage'],
  });
  startAtZero(messages, 'stage', stages);
  return {
    count(stage, { type }) {
      if (type === 'message.created') messages.inc({ stage });
    },
  };
}

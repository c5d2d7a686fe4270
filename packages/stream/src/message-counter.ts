import { type Metrics, startAtZero } from '@confab/runtime';

import type { LogEvent } from './event.ts';

export type MessageStage = 'accepted' | 'published' | 'delivered';

export interface MessageCounter {
  /** Counts it if it is a new message. */
  count(stage: MessageStage, event: Pick<LogEvent, 'type'>): void;
}

/** One metric, whichever process counts which stages. */
export function createMessageCounter(metrics: Metrics, stages: readonly MessageStage[]): MessageCounter {
  /** Since the last scrape: a gateway counts each event once for each of its sockets. */
  const counts = new Map(stages.map((stage) => [stage, 0]));
  const messages = metrics.counter({
    name: 'confab_messages_total',
    help: 'New messages by stage: accepted (committed), published (rung for in Redis), delivered (put on a socket, once for each).',
    labelNames: ['stage'],
    collect() {
      for (const [stage, count] of counts) this.inc({ stage }, count);
      for (const stage of stages) counts.set(stage, 0);
    },
  });
  startAtZero(messages, 'stage', stages);
  return {
    count(stage, { type }) {
      if (type === 'message.created') counts.set(stage, (counts.get(stage) ?? 0) + 1);
    },
  };
}

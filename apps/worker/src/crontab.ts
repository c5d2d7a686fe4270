import { type ParsedCronItem, parseCronItems } from 'graphile-worker';
import type { TaskName } from './tasks.ts';

const dayMs = 86_400_000;

/** Times are UTC. */
const daily: readonly { task: TaskName; match: string }[] = [
  { task: 'maintain-event-log', match: '7 3 * * *' },
  { task: 'delete-old-sessions', match: '37 3 * * *' },
  { task: 'delete-old-idempotency-keys', match: '57 3 * * *' },
  { task: 'delete-abandoned-second-factors', match: '47 3 * * *' },
];

/** A turn that was missed because nothing ran is made up for at the next start, once. */
export function createCrontab(): ParsedCronItem[] {
  return parseCronItems(
    daily.map(({ task, match }) => ({ task, match, identifier: task, options: { backfillPeriod: dayMs, maxAttempts: 10, jobKey: task, jobKeyMode: 'replace' as const } })),
  );
}

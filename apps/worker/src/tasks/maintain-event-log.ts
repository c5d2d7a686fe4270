import type { Database } from '@confab/db';
import { maintainLog } from '@confab/stream';
import type { Task } from '../tasks.ts';

/** Events are kept for 30 days; partitions exist for the weeks to come. */
export function maintainEventLog(database: Database): Task {
  return () => maintainLog(database, { keepDays: 30, weeksAhead: 4 });
}

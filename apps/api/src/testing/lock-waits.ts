import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@confab/db';
import type { TestStack } from '@confab/testing';

type Activity = { pg_stat_activity: { datname: string; wait_event_type: string | null; pid: number } };

/** Settles when a statement of the API waits for a lock that somebody else holds. */
export async function untilTheApiWaits(database: Database, stack: TestStack): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    const { name } = stack.database;
    const activity = database.primary.withTables<Activity>().selectFrom('pg_stat_activity').select('pid');
    if ((await activity.where('datname', '=', name).where('wait_event_type', '=', 'Lock').execute()).length > 0) return;
    await delay(20);
  }
  throw new Error('nobody waits for a lock');
}

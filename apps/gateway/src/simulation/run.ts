import fc from 'fast-check';

import * as access from '../access.ts';
import * as delivery from '../delivery.ts';
import * as feed from '../feed.ts';
import * as flusher from '../flusher.ts';
import * as frames from '../frames.ts';
import * as hub from '../hub.ts';
import type { Code } from './node.ts';
import { script } from './script.ts';
import { noTally, simulate, type Tally } from './simulate.ts';

export const realCode: Code = { ...access, ...delivery, ...feed, ...flusher, ...frames, ...hub };

/** Throws fast-check's report when a schedule breaks a promise. Shrinking such a schedule takes longer than reading it. */
export async function runSchedules(code: Code, count: number, seed?: number): Promise<Tally> {
  const total = noTally();
  await fc.assert(
    fc.asyncProperty(script, async (schedule) => {
      const tally = await simulate(code, schedule);
      for (const key of Object.keys(total) as (keyof Tally)[]) total[key] += tally[key];
    }),
    { numRuns: count, endOnFailure: true, ...(seed === undefined ? {} : { seed }) },
  );
  return total;
}

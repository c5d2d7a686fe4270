import fc from 'fast-check';

import * as access from '../access.ts';
import * as delivery from '../delivery.ts';
import * as feed from '../feed.ts';
import * as flusher from '../flusher.ts';
import * as frames from '../frames.ts';
import * as hub from '../hub.ts';
import type { Code } from './node.ts';
import { script } from './script.ts';
import { simulate, type Tally } from './simulate.ts';

export const realCode: Code = { ...access, ...delivery, ...feed, ...flusher, ...frames, ...hub };

/** Throws fast-check's report, with the shortest script it found, when a schedule breaks a promise. */
export async function runSchedules(code: Code, count: number, seed?: number): Promise<Tally> {
  const total: Tally = { fill_hot: 0, fill_log: 0, head_repair: 0, reset: 0, applied: 0, resyncs: 0, connects: 0 };
  await fc.assert(
    fc.asyncProperty(script, async (schedule) => {
      const tally = await simulate(code, schedule);
      for (const key of Object.keys(total) as (keyof Tally)[]) total[key] += tally[key];
    }),
    { numRuns: count, ...(seed === undefined ? {} : { seed }) },
  );
  return total;
}

import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Resource } from '../invariants/history.ts';
import { now } from './recorder.ts';
import type { Stage } from './stage.ts';

type Counts = ReadonlyMap<string, number>;

/** A pool may stand at its full size at the end and not at the beginning. */
const slack = { descriptors: 40, transactions: 0 };

async function count(stage: Stage): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { name, app } of stage.actors) counts.set(`descriptors of ${name}`, readdirSync(`/proc/${app.pid}/fd`).length);
  const [row] = await stage.sql<{ open: number }>("SELECT count(*)::int AS open FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'");
  counts.set('open transactions', row?.open ?? 0);
  return counts;
}

export const baseline = (stage: Stage): Promise<Counts> => count(stage);

/** Once everybody has gone; asked again for a while, since nothing is given back at once. */
export async function compared(stage: Stage, before: Counts, withinMs: number): Promise<Resource[]> {
  const deadline = now() + withinMs;
  for (;;) {
    const after = await count(stage);
    const resources = [...after].map(([name, value]) => ({ name, before: before.get(name) ?? 0, after: value, slack: name.startsWith('descriptors') ? slack.descriptors : slack.transactions }));
    if (now() > deadline || resources.every((resource) => resource.after <= resource.before + resource.slack)) return resources;
    await sleep(250);
  }
}

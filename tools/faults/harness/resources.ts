import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Resource } from '../invariants/history.ts';
import { now } from './recorder.ts';
import type { Actor, Stage } from './stage.ts';

export type Counts = ReadonlyMap<string, number>;

/** A pool may stand at its full size at the end and not at the beginning. */
const slackOf = (name: string): number => (name.startsWith('descriptors') ? 40 : 0);

async function count(stage: Stage): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { name, app } of stage.actors) counts.set(`descriptors of ${name}`, readdirSync(`/proc/${app.pid}/fd`).length);
  for (const gateway of stage.gateways) counts.set(`sockets of ${gateway.name}`, await openSockets(gateway));
  const [row] = await stage.sql<{ open: number; locks: number }>(
    `SELECT (SELECT count(*)::int FROM pg_stat_activity WHERE state LIKE 'idle in transaction%') AS open,
      (SELECT count(*)::int FROM pg_locks WHERE NOT granted OR locktype = 'advisory') AS locks`,
  );
  counts.set('open transactions', row?.open ?? 0);
  counts.set('locks held or waited for', row?.locks ?? 0);
  return counts;
}

/** As the gateway counts those whom it serves. */
async function openSockets({ name, app }: Actor): Promise<number> {
  const metrics = await fetch(`http://127.0.0.1:${app.opsPort}/metrics`).then((answer) => answer.text());
  const found = /^confab_ws_connections\S* (\d+)$/m.exec(metrics)?.[1];
  if (found === undefined) throw new Error(`${name} does not say how many sockets are open`);
  return Number(found);
}

/** Of a stage on which nothing has been played: all that comes after is held against it, so that what each fault leaves adds up. */
export const baseline = (stage: Stage): Promise<Counts> => count(stage);

/** Once everybody has gone; asked again for a while, since nothing is given back at once. */
export async function compared(stage: Stage, before: Counts, withinMs: number): Promise<Resource[]> {
  const deadline = now() + withinMs;
  for (;;) {
    const after = await count(stage);
    const resources = [...after].map(([name, value]) => ({ name, before: before.get(name) ?? 0, after: value, slack: slackOf(name) }));
    if (now() > deadline || resources.every((resource) => resource.after <= resource.before + resource.slack)) return resources;
    await sleep(250);
  }
}

import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Resource } from '../invariants/history.ts';
import { now } from './recorder.ts';
import type { Actor, Stage } from './stage.ts';

export type Counts = ReadonlyMap<string, number>;

/** Who asks for metrics, or whether it lives, has a connection. */
const descriptorSlack = 4;
/** In MiB: caches fill, and what runs often is compiled. */
const heapSlack = 16;
const slackOf = (name: string): number => (name.startsWith('descriptors') ? descriptorSlack : name.startsWith('heap') ? heapSlack : 0);

async function count(stage: Stage): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { app } of stage.actors) process.kill(app.pid, 'SIGUSR2');
  await sleep(100);
  for (const actor of stage.actors) {
    const { name, kind, app } = actor;
    const sum = await readMetrics(actor);
    const pooled = sum('confab_db_pool_connections');
    counts.set(`connections lent by ${name}`, sum('confab_db_pool_connections', 'state="busy"') + sum('confab_db_pool_waiting'));
    // A pool may stand at its full size at the end and not at the beginning, and clients may keep their connections for the next request.
    counts.set(`descriptors of ${name}`, readdirSync(`/proc/${app.pid}/fd`).length - pooled - (kind === 'api' ? establishedAt(app.port) : 0));
    counts.set(`heap of ${name} in MiB`, Math.round(sum('nodejs_heap_size_used_bytes') / 2 ** 20));
    if (kind === 'gateway') counts.set(`sockets of ${name}`, sum('confab_ws_connections'));
  }
  const [row] = await stage.sql<{ open: number; locks: number }>(
    `SELECT (SELECT count(*)::int FROM pg_stat_activity WHERE state LIKE 'idle in transaction%') AS open,
      (SELECT count(*)::int FROM pg_locks WHERE NOT granted OR locktype = 'advisory') AS locks`,
  );
  counts.set('open transactions', row?.open ?? 0);
  counts.set('locks held or waited for', row?.locks ?? 0);
  return counts;
}

/** Of IPv4, as the kernel says. */
function establishedAt(port: number): number {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const sockets = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1).map((line) => line.trim().split(/\s+/));
  return sockets.filter(([, address, , state]) => address?.endsWith(local) && state === '01').length;
}

/** Answers the sum of a metric's series with that label. Throws for one that there is not. */
async function readMetrics({ name, app }: Actor): Promise<(metric: string, label?: string) => number> {
  const text = await fetch(`http://127.0.0.1:${app.opsPort}/metrics`).then((answer) => answer.text());
  return (metric, label = '') => {
    const series = [...text.matchAll(new RegExp(`^${metric}(?:\\{(.*)\\})? (\\S+)$`, 'gm'))].filter(([, labels = '']) => labels.includes(label));
    if (series.length === 0) throw new Error(`${name} does not tell of ${metric}`);
    return series.reduce((sum, [, , value]) => sum + Number(value), 0);
  };
}

/** Of a stage on which nothing has been played: all that comes after is held against it, so that what each fault leaves adds up. */
export const baseline = (stage: Stage): Promise<Counts> => count(stage);

/** Once everybody has gone; asked again for a while, since nothing is given back at once, and of each the least that was seen. */
export async function compared(stage: Stage, before: Counts, withinMs: number): Promise<Resource[]> {
  const deadline = now() + withinMs;
  const least = new Map<string, number>();
  for (;;) {
    for (const [name, value] of await count(stage)) least.set(name, Math.min(value, least.get(name) ?? Infinity));
    const resources = [...least].map(([name, after]) => ({ name, before: before.get(name) ?? 0, after, slack: slackOf(name) }));
    if (now() > deadline || resources.every((resource) => resource.after <= resource.before + resource.slack)) return resources;
    await sleep(250);
  }
}

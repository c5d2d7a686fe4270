import { setTimeout as delay } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { dropLeftDatabases } from './database.ts';

/** Of what a file may leave, how it is called; anything else under Node's own name. */
const words = new Map([
  ['ProcessWrap', 'child processes'],
  ['TCPSocketWrap', 'sockets'],
  ['TCPServerWrap', 'listening sockets'],
  ['Timeout', 'timers'],
  ['Immediate', 'immediates'],
  ['FSEventWrap', 'watched files'],
  ['PipeWrap', 'pipes'],
  ['Worker', 'worker threads'],
]);

export type Count = ReadonlyMap<string, number>;

/** Of this process, whichever file asked first. */
const watched = globalThis as { confabThreads?: Set<Worker> };

/** Node counts no threads among what keeps a process alive, so they are watched from their beginning. */
export function watchThreads(): void {
  if (watched.confabThreads !== undefined) return;
  const threads = (watched.confabThreads = new Set());
  process.on('worker', (thread) => {
    threads.add(thread);
    thread.once('exit', () => threads.delete(thread));
  });
}

/** What keeps this process alive, by kind. Idle connections that `fetch` keeps do not. */
export function countResources(): Count {
  // They are opened by whoever names them first, and are nobody's leak.
  void [process.stdin, process.stdout, process.stderr];
  const counts = new Map<string, number>();
  for (const resource of process.getActiveResourcesInfo()) counts.set(resource, (counts.get(resource) ?? 0) + 1);
  const threads = watched.confabThreads?.size ?? 0;
  if (threads > 0) counts.set('Worker', threads);
  return counts;
}

/** Of each kind the smaller number. */
export function least(one: Count, other: Count): Count {
  return new Map([...one].map(([resource, count]) => [resource, Math.min(count, other.get(resource) ?? 0)]));
}

/** Throws if more is open than at the beginning, or a database clone is left. What is on its way out has `graceMs` to go. */
export async function throwOnLeaks(before: Count, graceMs = 5000): Promise<void> {
  const end = performance.now() + graceMs;
  let leaks = leaked(before);
  while (leaks.length > 0 && performance.now() < end) {
    await delay(20);
    leaks = leaked(before);
  }
  const databases = process.env['CONFAB_TEST_DATABASE_URL'] === undefined ? [] : await dropLeftDatabases();
  if (databases.length > 0) leaks.push(`databases ${databases.join(', ')}`);
  if (leaks.length > 0) throw new Error(`left open by this file: ${leaks.join('; ')}`);
}

function leaked(before: Count): string[] {
  const now = countResources();
  return [...new Set([...words.keys(), ...now.keys()])].flatMap((resource) => {
    const more = (now.get(resource) ?? 0) - (before.get(resource) ?? 0);
    return more > 0 ? [`${more} ${words.get(resource) ?? resource}`] : [];
  });
}

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogLine } from '@confab/testing';
import type { Actor } from '../harness/stage.ts';

/** Whatever holds while nothing is broken proves nothing: each fault throws unless it was seen to happen. */
export function assertHappened(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(what);
}

/** That may take a moment to be seen. */
export async function awaitHappened(isSo: () => boolean | Promise<boolean>, what: string, withinMs = 5_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await isSo())) {
    assertHappened(performance.now() < deadline, what);
    await sleep(50);
  }
}

/** What these say from now on. */
export function linesFrom(actors: readonly Actor[]): (msg: string) => LogLine[] {
  const before = new Map(actors.map((actor) => [actor, actor.log().length]));
  return (msg) => actors.flatMap((actor) => actor.log().slice(before.get(actor))).filter((line) => line.msg === msg);
}

/** By a signal, as the kernel says. */
export const isStopped = (pid: number): boolean => /\) T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

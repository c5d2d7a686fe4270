import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault.ts';
import { perform } from './perform.ts';
import type { Performance, Script } from './perform.ts';
import { baseline } from './resources.ts';
import type { Counts } from './resources.ts';
import { startStage } from './stage.ts';
import type { Mains, Stage } from './stage.ts';

export interface RunOptions {
  readonly script: Script;
  readonly say: (line: string) => void;
  readonly mains?: Mains | undefined;
  /** Done to each new stage. */
  readonly prepare?: ((stage: Stage) => Promise<void>) | undefined;
  /** Where each process's words are kept, a folder for each fault that was not borne. */
  readonly logs?: string | undefined;
}

/** Each on the stage that the one before has left clean; after one that failed, on a new one. */
export async function runFaults(faults: readonly Fault[], { script, say, mains, prepare, logs }: RunOptions): Promise<Performance[]> {
  const results: Performance[] = [];
  let stage: Stage | undefined;
  let before: Counts = new Map();
  const leave = async (): Promise<void> => {
    await stage?.stop().catch((error: unknown) => say(`the stage was not left cleanly: ${String(error)}`));
    stage = undefined;
  };
  try {
    for (const fault of faults) {
      const result = await (async () => {
        if (stage === undefined) {
          stage = await startStage(mains);
          await prepare?.(stage);
          before = await baseline(stage);
        }
        return within(stuckMs, perform(stage, fault, script, before));
      })().catch((error: unknown): Performance => ({ name: fault.name, figures: none, violations: [{ kind: 'late', what: `it could not be carried out: ${error instanceof Error ? error.stack : String(error)}` }] }));
      results.push(result);
      report(result, say);
      if (result.violations.length === 0) continue;
      if (logs !== undefined && stage !== undefined) keepLogs(stage, join(logs, fault.name));
      await leave();
    }
  } finally {
    await leave();
  }
  return results;
}

/** Longer than the longest fault with all that is around it: whatever takes so long does not end. */
const stuckMs = 240_000;

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const over = new AbortController();
  const late = sleep(ms, undefined, { signal: over.signal }).then(() => Promise.reject(new Error(`not over after ${ms} ms`)));
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort();
    late.catch(() => undefined);
  }
}

function keepLogs({ actors }: Stage, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const { name, log } of actors) writeFileSync(join(folder, `${name}.jsonl`), log().map((line) => `${JSON.stringify(line)}\n`).join(''));
}

const none = { acked: 0, lost: 0, doubled: 0, reordered: 0, unknownButCommitted: 0, leaked: 0, slowestMs: 0, recoveryMs: Infinity };
const shown = 8;

function report({ name, figures, violations }: Performance, say: (line: string) => void): void {
  const { acked, lost, doubled, reordered, unknownButCommitted, leaked, slowestMs, recoveryMs } = figures;
  say(`${violations.length === 0 ? 'ok  ' : 'FAIL'} ${name}: acked ${acked}, lost ${lost}, doubled ${doubled}, reordered ${reordered}, unknown but committed ${unknownButCommitted}, leaked ${leaked}, slowest answer ${(slowestMs / 1_000).toFixed(1)} s, recovered in ${(recoveryMs / 1_000).toFixed(1)} s`);
  for (const { kind, what } of violations.slice(0, shown)) say(`       ${kind}: ${what}`);
  if (violations.length > shown) say(`       and ${violations.length - shown} more`);
}

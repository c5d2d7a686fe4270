import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../harness/fault.ts';
import type { Actor } from '../harness/stage.ts';
import { unpackIntoCache } from '../../stack/debian-programs.ts';
import { assertHappened } from './proof.ts';

const hourMs = 3_600_000;
const toleranceMs = 60_000;

/** Debian's, unpacked once; nothing is installed. */
async function faketime(): Promise<string> {
  const root = await unpackIntoCache('faketime', ['libfaketime']);
  const triple = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  const library = join(root, 'usr/lib', triple, 'faketime/libfaketime.so.1');
  if (!existsSync(library)) throw new Error(`${library} is not in Debian's package`);
  return library;
}

/** By what it said last. A library that cannot be loaded is no error to the loader. */
function assertOff({ name, app }: Actor, byMs: number): void {
  const time = Date.parse(String(app.log.findLast((line) => typeof line['time'] === 'string')?.['time']));
  const offMs = time - Date.now();
  assertHappened(Math.abs(offMs - byMs) < toleranceMs, `the clock of ${name} is off by ${offMs} ms, not by ${byMs} ms`);
}

/** The wall clock of one process is wrong; that which only goes forward is right, as on a machine whose time is set. */
const wrong = (kind: Actor['kind'], offset: '+1h' | '-1h'): Fault => ({
  name: `clock-${kind}-${offset === '+1h' ? 'ahead' : 'behind'}`,
  repeatsJobs: kind === 'worker',
  async begin({ actors }) {
    const actor = actors.find((candidate) => candidate.kind === kind) as Actor;
    await actor.replace({ LD_PRELOAD: await faketime(), FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1' });
    assertOff(actor, offset === '+1h' ? hourMs : -hourMs);
    return () => actor.replace();
  },
});

export const clockFaults: readonly Fault[] = (['api', 'gateway', 'worker'] as const).flatMap((kind) => [wrong(kind, '+1h'), wrong(kind, '-1h')]);

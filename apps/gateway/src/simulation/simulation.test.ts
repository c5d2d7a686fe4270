import { describe, expect, it } from 'vitest';

import { type Mutant, withMutant } from './mutants.ts';
import { realCode, runSchedules } from './run.ts';
import { noTally, type Tally } from './simulate.ts';

/** As many as fit into some seconds, yet enough to go everywhere. main.ts is for the long run. */
const batch = 50;
const fewest = 150;
const most = 1_000;
const timeMs = Number(process.env['SIMULATION_MS'] ?? 3_000);
const enoughForMutants = 1_500;

it('every member is given every number of his, once and in order, whatever is lost, doubled, late, slow or killed', { timeout: 120_000 }, async () => {
  const total = noTally();
  const until = performance.now() + timeMs;
  for (let count = 0; count < fewest || (count < most && performance.now() < until); count += batch) {
    const tally = await runSchedules(realCode, batch);
    for (const key of Object.keys(total) as (keyof Tally)[]) total[key] += tally[key];
  }
  for (const [path, times] of Object.entries(total)) expect(times, path).toBeGreaterThan(0);
});

it('a room may still be told of in the history that is lost when the own stream is in the new one already', async () => {
  await runSchedules(realCode, 3, 304701687);
});

describe('the schedules find', () => {
  const mutants: [string, Mutant][] = [
    ['numbers taken as they come', { file: 'room.ts', from: 'if (event.seq === head + 1) {\n      emit(event);', to: 'if (event.seq > head) {\n      emit(event);' }],
    ['heads never looked at', { file: 'room.ts', from: '      want(truth.head);\n    },', to: '    },' }],
    ['a replay that does not wait for the socket', { file: 'replay.ts', from: 'while (reader.sink.hasRoom()) {', to: 'for (;;) {' }],
    ['a queue without end', { file: 'outbound.ts', from: '    this.#deps.onOverflow();', to: '' }],
    ['a member who stays when removed', { file: 'replay.ts', from: 'remove(reader);\n  }\n\n  function advance', to: '{}\n  }\n\n  function advance' }],
    ['a reader who goes live behind the head', { file: 'replay.ts', from: 'if (reader.position === deps.head()) return', to: 'if (deps.ring.after(reader.position) === undefined) return' }],
    ['a cursor of another history taken for one of this', { file: 'start.ts', from: 'epoch !== standing.epoch', to: "epoch === ''" }],
    ['a joining forgotten while its removal is still ahead', { file: 'readers.ts', from: 'this.#noted().comesBack.set(stream, { epoch, joinedSeq, isTold });', to: '{}' }],
  ];

  it.for(mutants)('%s', { timeout: 120_000 }, async ([, mutant]) => {
    const broken = withMutant(mutant, (code) => runSchedules(code, enoughForMutants));
    await expect(broken).rejects.toThrow(expect.objectContaining({ cause: expect.objectContaining({ name: 'Violation' }) as unknown }));
  });

  it('nothing in a copy that is not broken', { timeout: 120_000 }, async () => {
    await withMutant({ file: 'start.ts', from: 'epoch !== standing.epoch', to: 'epoch !== standing.epoch' }, (code) => runSchedules(code, batch));
  });
});

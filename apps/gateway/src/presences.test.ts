import type { Presence } from '@confab/core';
import { expect, it } from 'vitest';

import { createPresences } from './presences.ts';

/** Redis' answers and time, each when the test says so. */
function start({ isOpen = () => true }: { isOpen?: () => boolean } = {}) {
  const said: string[] = [];
  const answers: ((answer: Map<string, Presence> | undefined) => void)[] = [];
  let timers: (() => void)[] = [];
  const presences = createPresences({
    store: { read: () => new Promise((resolve) => answers.push(resolve)) },
    batchMs: 2_000,
    later: (_delayMs, work) => void timers.push(work),
  });
  const open = (name: string) => presences.open((userId, state) => isOpen() && said.push(`${name} ${userId} ${state}`) > 0);
  return {
    said,
    presences,
    open,
    async answer(states: Record<string, Presence> | undefined) {
      answers.shift()?.(states && new Map(Object.entries(states)));
      await new Promise(setImmediate);
    },
    tick() {
      const due = timers;
      timers = [];
      for (const work of due) work();
    },
  };
}

const online = (version: number): Presence => ({ state: 'online', version });

it('says what is so at once, and what changes in batches, the last of each', async () => {
  const { said, presences, open, answer, tick } = start();
  open('a').set(new Set(['u', 'v']));
  await answer({ u: online(1), v: { state: 'offline', version: 0 } });
  expect(said.splice(0)).toEqual(['a u online', 'a v offline']);
  presences.heard('u away 2');
  presences.heard('v online 3');
  presences.heard('u offline 4');
  presences.heard('w online 5');
  expect(said).toEqual([]);
  tick();
  expect(said.splice(0)).toEqual(['a u offline', 'a v online']);
  presences.heard('u online 6');
  presences.heard('u offline 7');
  tick();
  expect(said).toEqual([]);
});

it('takes no answer and no message that is older than what it knows', async () => {
  const { said, presences, open, answer, tick } = start();
  open('a').set(new Set(['u']));
  presences.heard('u away 5');
  await answer({ u: online(4) });
  presences.heard('u online 3');
  tick();
  expect(said).toEqual(['a u away']);
});

it('asks again when it may have missed something, and believes a Redis that was emptied', async () => {
  const { said, presences, open, answer, tick } = start();
  open('a').set(new Set(['u']));
  await answer({ u: online(5) });
  presences.reload();
  await answer({ u: { state: 'offline', version: 0 } });
  tick();
  expect(said).toEqual(['a u online', 'a u offline']);
});

it('asks again when Redis did not say, and tells later what the socket did not take', async () => {
  let isOpen = false;
  const { said, open, answer, tick } = start({ isOpen: () => isOpen });
  open('a').set(new Set(['u']));
  await answer(undefined);
  tick();
  await answer({ u: online(1) });
  tick();
  expect(said).toEqual([]);
  isOpen = true;
  tick();
  expect(said).toEqual(['a u online']);
});

it('tells nothing more of whom one no longer watches, and again of whom one watches anew', async () => {
  const { said, presences, open, answer, tick } = start();
  const watch = open('a');
  const other = open('b');
  other.set(new Set(['u']));
  watch.set(new Set(['u']));
  await answer({ u: online(1) });
  await answer({ u: online(1) });
  expect(said.splice(0).toSorted()).toEqual(['a u online', 'b u online']);
  watch.set(new Set());
  presences.heard('u away 2');
  tick();
  expect(said.splice(0)).toEqual(['b u away']);
  watch.set(new Set(['u']));
  await new Promise(setImmediate);
  expect(said.splice(0)).toEqual(['a u away']);
  watch.close();
  other.close();
  presences.heard('u offline 3');
  tick();
  expect(said).toEqual([]);
});

import { afterEach, beforeEach, expect, it } from 'vitest';

import { createGathering, type Outcome } from './gathering.ts';

interface Run {
  readonly items: readonly string[];
  readonly ifLocked: string;
  answer(answerFor?: (item: string) => Outcome<string>): void;
  fail(error: unknown): void;
}

class Split extends Error {}

let runs: Run[];
beforeEach(() => {
  runs = [];
});
afterEach(async () => {
  for (const { answer } of runs) {
    answer();
    await turn();
  }
});

function gathering(limits = {}) {
  return createGathering<string, string>({
    run(items, ifLocked) {
      const { promise, resolve, reject } = Promise.withResolvers<Outcome<string>[]>();
      runs.push({ items, ifLocked, answer: (answerFor = (item) => ({ state: 'done', value: item.toUpperCase() })) => resolve(items.map(answerFor)), fail: reject });
      return promise;
    },
    mayBeSplit: (error) => error instanceof Split,
    limits: { apart: 1, slowMs: 60_000, ...limits },
  });
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const items = () => runs.map(({ items: each, ifLocked }) => `${ifLocked}: ${each.join(' ')}`);
const codeOf = (work: Promise<unknown>) => work.then(() => 'done', (error: { code?: string }) => error.code ?? error);
const last = () => runs.at(-1)!;

it('what comes in one turn goes together, at its end; what comes meanwhile together after it', async () => {
  const { add } = gathering();
  const first = ['a1', 'b1', 'a2'].map((item) => add(item[0]!, item));
  await turn();
  const second = ['c1', 'a3', 'c2'].map((item) => add(item[0]!, item));
  await turn();
  expect(items()).toEqual(['pass over: a1 a2 b1']);
  last().answer();
  expect(await Promise.all(first)).toEqual(['A1', 'B1', 'A2']);
  expect(items()).toEqual(['pass over: a1 a2 b1', 'pass over: a3 c1 c2']);
  last().answer();
  expect(await Promise.all(second)).toEqual(['C1', 'A3', 'C2']);
});

it('none waits for a batch that hangs, up to a bounded number of them', async () => {
  const { add } = gathering({ slowMs: 20, together: 2 });
  for (const item of ['a1', 'b1', 'a2', 'c1', 'd1']) {
    void add(item[0]!, item);
    await turn();
  }
  expect(items()).toEqual(['pass over: a1']);
  await expect.poll(items).toEqual(['pass over: a1', 'pass over: b1 c1 d1']);
  void add('e', 'e1');
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(runs).toHaveLength(2);
  runs[0]!.answer();
  await turn();
  expect(items().slice(2)).toEqual(['pass over: a2 e1']);
});

it('a lane is not under way twice, and who has more than goes at once lets the others go first', async () => {
  const { add } = gathering({ slowMs: 0, batch: 2 });
  const all = ['a1', 'a2', 'a3', 'b1', 'c1'].map((item) => add(item[0]!, item));
  await expect.poll(items).toEqual(['pass over: a1 a2', 'pass over: b1 c1']);
  runs[1]!.answer();
  await turn();
  expect(runs).toHaveLength(2);
  runs[0]!.answer();
  await turn();
  expect(items().slice(2)).toEqual(['pass over: a3']);
  last().answer();
  await Promise.all(all);
});

it('a lane whose lock somebody holds waits for it by itself, until nobody is left in it', async () => {
  const { add } = gathering();
  const all = ['a1', 'b1', 'a2'].map((item) => add(item[0]!, item));
  await turn();
  last().answer((item) => (item.startsWith('a') ? { state: 'passed over' } : { state: 'done', value: item }));
  await all[1];
  const others = [add('a', 'a3'), add('b', 'b2')];
  await turn();
  expect(items().slice(1)).toEqual(['wait: a1 a2', 'pass over: b2']);
  runs[2]!.answer();
  await others[1];
  runs[1]!.answer();
  await turn();
  expect(items().slice(3)).toEqual(['wait: a3']);
  last().answer();
  await Promise.all([...all, ...others]);
  void add('a', 'a4');
  await turn();
  expect(items().slice(4)).toEqual(['pass over: a4']);
});

it('one that fails takes nobody with it: a batch is split into its lanes, and a lane into its items', async () => {
  const { add } = gathering();
  const all = ['a1', 'a2', 'b1', 'a3'].map((item) => codeOf(add(item[0]!, item)));
  for (const item of ['a4', 'b2']) all.push(codeOf(add(item[0]!, item)));
  await turn();
  for (let n = 0; n < 7; n += 1) {
    if (last().items.includes('a2')) last().fail(new Split('a2 is bad'));
    else last().answer();
    await turn();
  }
  expect(items()).toEqual(['pass over: a1 a2 a3 a4 b1 b2', 'wait: a1 a2 a3 a4', 'wait: b1 b2', 'wait: a1', 'wait: a2', 'wait: a3', 'wait: a4']);
  expect(await Promise.all(all)).toEqual(['done', new Split('a2 is bad'), 'done', 'done', 'done', 'done']);
});

it('what may have taken effect is not tried again', async () => {
  const { add } = gathering();
  const all = ['a1', 'b1'].map((item) => codeOf(add(item[0]!, item)));
  await turn();
  const lost = new Error('the answer is lost');
  last().fail(lost);
  expect(await Promise.all(all)).toEqual([lost, lost]);
  await turn();
  expect(runs).toHaveLength(1);
});

it('what took longer than anybody waits is not tried again either', async () => {
  const { add } = gathering({ waitMs: 20 });
  const all = ['a1', 'b1'].map((item) => codeOf(add(item[0]!, item)));
  await turn();
  await new Promise((resolve) => setTimeout(resolve, 40));
  last().fail(new Split('the lock was not given'));
  expect(await Promise.all(all)).toEqual([new Split('the lock was not given'), new Split('the lock was not given')]);
  expect(runs).toHaveLength(1);
});

it('no more than a bounded number wait, and none for long: the rest is told that all are busy', async () => {
  const { add } = gathering({ waiting: 3, waitMs: 80 });
  void add('a', 'a1');
  await turn();
  const waiting = ['a2', 'b1', 'a3'].map((item) => codeOf(add(item[0]!, item)));
  expect(await codeOf(add('c', 'c1'))).toBe('service.overloaded');
  expect(await Promise.all(waiting)).toEqual(['service.overloaded', 'service.overloaded', 'service.overloaded']);
  const late = add('b', 'b2');
  last().answer();
  await turn();
  expect(items()).toEqual(['pass over: a1', 'pass over: b2']);
  last().answer();
  expect(await late).toBe('B2');
});

it('nobody is told so whose turn it is, however long the process stood still', async () => {
  const { add } = gathering({ waitMs: 20 });
  const all = ['a1', 'b1'].map((item) => codeOf(add(item[0]!, item)));
  // Timers that are due come before what was set for the end of the turn.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60);
  await turn();
  expect(items()).toEqual(['pass over: a1 b1']);
  last().answer();
  expect(await Promise.all(all)).toEqual(['done', 'done']);
});

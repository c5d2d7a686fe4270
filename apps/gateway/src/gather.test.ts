import { setImmediate as turn } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { gather } from './gather.ts';

/** Lots wait until they are let go. */
function gated() {
  const lots: { questions: readonly number[]; go: () => void; fail: (error: Error) => void }[] = [];
  const ask = gather<number, string>((questions) => {
    const { promise, resolve, reject } = Promise.withResolvers<string[]>();
    lots.push({ questions, go: () => resolve(questions.map(String)), fail: reject });
    return promise;
  }, 3);
  return { lots, ask };
}

test('nobody waits for company; who comes while others are answered is answered together, so many at most', async () => {
  const { lots, ask } = gated();
  const answers = [ask(1)];
  await turn();
  answers.push(...[2, 3, 4, 5].map(ask));
  await turn();
  expect(lots.map(({ questions }) => questions)).toEqual([[1]]);
  for (const lot of [0, 1, 2]) {
    lots[lot]?.go();
    await turn();
  }
  expect(lots.map(({ questions }) => questions)).toEqual([[1], [2, 3, 4], [5]]);
  expect(await Promise.all(answers)).toEqual(['1', '2', '3', '4', '5']);
});

test('a lot that fails fails for those who are in it, and for nobody else', async () => {
  const { lots, ask } = gated();
  const failing = Promise.allSettled([1, 2].map(ask));
  await turn();
  const later = ask(3);
  lots[0]?.fail(new Error('lost'));
  expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await turn();
  lots[1]?.go();
  expect(await later).toBe('3');
});

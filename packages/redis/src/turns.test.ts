import { expect, test } from 'vitest';
import { createTurns } from './turns.ts';

test('who comes while it runs shares the next turn, not the one under way', async () => {
  const begun: PromiseWithResolvers<number>[] = [];
  const inTurn = createTurns<number>();
  const work = () => {
    const turn = Promise.withResolvers<number>();
    begun.push(turn);
    return turn.promise;
  };
  const [first, second, third] = [inTurn('k', work), inTurn('k', work), inTurn('k', work)];
  const elsewhere = inTurn('other', work);
  expect(begun).toHaveLength(2);
  begun[1]?.resolve(9);
  expect(await elsewhere).toBe(9);
  begun[0]?.resolve(1);
  expect(await first).toBe(1);
  await expect.poll(() => begun.length).toBe(3);
  const fourth = inTurn('k', work);
  begun[2]?.reject(new Error('no'));
  await expect(second).rejects.toThrow('no');
  await expect(third).rejects.toThrow('no');
  await expect.poll(() => begun.length).toBe(4);
  begun[3]?.resolve(4);
  expect(await fourth).toBe(4);
});

import { expect, test } from 'vitest';
import { createVersions, nothingThere, type Look } from './cache-versions.ts';

/** Looks that answer when the test says so. */
function open() {
  const looks: { keys: readonly string[]; answer(version: string): void; fail(): void }[] = [];
  const time = { ms: 0 };
  const look: Look = (keys) => {
    const reply = Promise.withResolvers<ReadonlyMap<string, { version: string; seq: number }>>();
    looks.push({
      keys,
      answer: (version) => reply.resolve(new Map(keys.map((key) => [key, { version, seq: 0 }]))),
      fail: () => reply.reject(new Error('no')),
    });
    return reply.promise;
  };
  return { looks, time, versions: createVersions({ look, time: { now: () => time.ms, wait: () => Promise.resolve() } }) };
}

test('an answer counts for a second from the question on', async () => {
  const { looks, time, versions } = open();
  const asked = versions.ask('k');
  time.ms = 400;
  looks[0]?.answer('a');
  expect(await asked).toMatchObject({ version: 'a' });
  time.ms = 999;
  expect(versions.recent('k')).toMatchObject({ version: 'a' });
  time.ms = 1_000;
  expect(versions.recent('k')).toBeUndefined();
});

test('who asks while a look is under way gets the next, together with others', async () => {
  const { looks, versions } = open();
  const first = versions.ask('a');
  const second = versions.ask('a');
  const third = versions.ask('b');
  expect(looks.map(({ keys }) => keys)).toEqual([['a']]);
  looks[0]?.answer('old');
  expect(await first).toMatchObject({ version: 'old' });
  await expect.poll(() => looks.length).toBe(2);
  expect(looks[1]?.keys).toEqual(['a', 'b']);
  looks[1]?.answer('new');
  expect([await second, await third]).toMatchObject([{ version: 'new' }, { version: 'new' }]);
});

test('what was asked before a write counts no more, whenever it comes in', async () => {
  const { looks, versions } = open();
  const asked = versions.ask('k');
  const loading = versions.begin('k');
  versions.forget('k');
  looks[0]?.answer('old');
  await asked;
  versions.learn('k', { version: 'old', seq: 0 }, loading);
  expect(versions.recent('k')).toBeUndefined();
  versions.learn('k', { version: 'new', seq: 0 }, versions.begin('k'));
  expect(versions.recent('k')).toMatchObject({ version: 'new' });
});

test('nobody answers: it rejects, and the next question is asked all the same', async () => {
  const { looks, versions } = open();
  const failing = versions.ask('k');
  looks[0]?.fail();
  await expect(failing).rejects.toThrow('no');
  // Hung, for those who are waiting.
  const waiting = versions.ask('k');
  await expect(waiting).rejects.toThrow('no answer within 1000 ms');
  const again = versions.ask('gone');
  looks[2]?.answer('a');
  expect(await again).toMatchObject({ version: 'a' });
  expect(nothingThere.version).not.toBe('a');
});

test('one look refreshes what was read in the last minute, and the rest is forgotten', async () => {
  const { looks, time, versions } = open();
  versions.recent('old');
  time.ms = 30_000;
  versions.recent('new');
  time.ms = 60_001;
  const refreshed = versions.refresh();
  looks[0]?.answer('a');
  await refreshed;
  expect(looks.map(({ keys }) => keys)).toEqual([['new']]);
});

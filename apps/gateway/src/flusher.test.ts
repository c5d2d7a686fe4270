import { beforeEach, expect, it } from 'vitest';

import { createFlusher, type Flusher } from './flusher.ts';

let now: number;
let gatherMs: number;
let deferred: (() => void)[];
let planned: (() => void)[];
let written: string[];
let flusher: Flusher;

/** Each takes two of a round's five milliseconds. */
const socket = (name: string) => ({ flush: () => void (written.push(name), (now += 2)) });
const run = (works: (() => void)[]) => works.splice(0).forEach((work) => work());
const endTick = () => run(deferred);

beforeEach(() => {
  [now, gatherMs, deferred, planned, written] = [0, 0, [], [], []];
  flusher = createFlusher({ defer: (work) => void deferred.push(work), later: (_delayMs, work) => void planned.push(work), now: () => now, gatherMs: () => gatherMs });
});

it('lets others at the loop when writing takes long, and forgets nobody', () => {
  for (const name of 'abcdefgh') flusher.add(socket(name));
  endTick();
  expect(written.join('')).toBe('abc');
  while (deferred.length > 0) endTick();
  expect(written.join('')).toBe('abcdefgh');
});

it('gives whoever was written another turn only after all the others', () => {
  const sockets = ['a', 'b', 'c', 'd', 'e'].map(socket);
  for (const each of sockets) flusher.add(each);
  endTick();
  for (const each of sockets) flusher.add(each);
  while (deferred.length > 0) endTick();
  expect(written.join('')).toBe('abcdeabc');
});

it('tells of a write after the last socket of those that waited', () => {
  const sockets = ['a', 'b', 'c', 'd'].map(socket);
  for (const each of sockets) flusher.add(each);
  flusher.after(() => written.push('.'));
  endTick();
  flusher.add(sockets[0] as ReturnType<typeof socket>);
  flusher.after(() => written.push('!'));
  while (deferred.length > 0) endTick();
  flusher.after(() => written.push('?'));
  expect(written.join('')).toBe('abcd.a!?');
});

it('says how many frames have come and how many writes they took', () => {
  const told: number[][] = [];
  flusher = createFlusher({ defer: (work) => void deferred.push(work), later: () => undefined, now: () => now, gatherMs: (...counted) => (told.push(counted), 0) });
  const [a, b] = [socket('a'), socket('b')];
  for (const each of [a, b, a, a]) flusher.add(each);
  endTick();
  flusher.add(b);
  endTick();
  flusher.add(b);
  expect(told).toEqual([[1, 0], [5, 2], [6, 3]]);
});

it('waits while it may gather, unless somebody has enough', () => {
  gatherMs = 25;
  flusher.add(socket('a'));
  endTick();
  expect([written, planned.length]).toEqual([[], 1]);
  flusher.add(socket('b'));
  run(planned);
  endTick();
  expect(written.join('')).toBe('ab');
  flusher.add(socket('c'));
  flusher.hurry();
  endTick();
  expect(written.join('')).toBe('abc');
});

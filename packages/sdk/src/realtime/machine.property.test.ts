import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createModelWorld } from '../testing/model-world.ts';
import type { ModelWorld } from '../testing/model-world.ts';

type Act = (world: ModelWorld, n: number) => void;

const rooms = ['a', 'b', 'c'];
const room = (n: number) => rooms[n % rooms.length] as string;

const join: Act = (world, n) => world.gateway.join(room(n));
const leave: Act = (world, n) => world.gateway.leave(room(n));

const advance: Act = (world, n) => void world.advance(n);
const arrive: Act = (world, n) => void world.arrive(n);
const say: Act = (world, n) => world.gateway.say(room(n));

/** What may happen in a world whose connections keep TCP's promises until they are cut. */
const ordinary: Act[] = [
  ...Array.from({ length: 3 }, () => [advance, arrive, arrive, say]).flat(),
  join,
  leave,
  (world, n) => world.cut(n, [1006, 1012, 4408, 4500, 4401, 1013][n % 6]),
  (world, n) => void world.fire(n),
  (world, n) => void world.fire(n, (name) => name === 'handover' || name === 'retry'),
  (world) => world.gateway.drain(),
  (world) => world.gateway.retain(),
  (world) => world.restore(false),
  (world, n) => world.failTicket(n),
  (world, n) => world.put({ type: 'nudge', network: n % 2 === 0 ? 'up' : 'down' }),
];

/** And in one whose frames are lost, doubled and out of order, which no connection of ours should do. */
const broken: Act[] = [
  ...ordinary,
  (world, n) => void world.arrive(n, 'drop'),
  (world, n) => void world.arrive(n, 'duplicate'),
  (world, n) => void world.arrive(n, 'swap'),
];

/** A database set back without a new epoch: the cursors alone can show it, so nobody joins or leaves. */
const setBack: Act[] = [...ordinary.filter((act) => act !== join && act !== leave), (world) => world.restore(true)];

const schedule = (acts: Act[]) => fc.array(fc.tuple(fc.nat({ max: acts.length - 1 }), fc.nat({ max: 11 })), { minLength: 1, maxLength: 150, size: 'max' });

function play(acts: Act[], steps: [number, number][]): ModelWorld {
  const world = createModelWorld();
  world.gateway.join('a');
  world.gateway.join('b');
  world.gateway.say('a');
  world.put({ type: 'connect' });
  for (const [act, n] of steps) acts[act]?.(world, n);
  return world;
}

function expectEverything(world: ModelWorld): void {
  expect(world.violations).toEqual([]);
  expect(world.machine.state).toBe('live');
  for (const stream of world.gateway.myStreams()) expect(world.positions.get(stream), stream).toBe(world.gateway.logs.get(stream)?.head);
}

const runs = { numRuns: 2_000, interruptAfterTimeLimit: 15_000, markInterruptAsFailure: false };

test('whatever happens, each event is applied once and in order, and in the end everything is here', () => {
  fc.assert(
    fc.property(schedule(ordinary), (steps) => {
      const world = play(ordinary, steps);
      expect(world.violations).toEqual([]);
      world.rest();
      expectEverything(world);
    }),
    runs,
  );
});

test('a log that ends before the cursor is announced, and goes on from its head', () => {
  fc.assert(
    fc.property(schedule(setBack), (steps) => {
      const world = play(setBack, steps);
      world.rest();
      expectEverything(world);
    }),
    runs,
  );
});

test('lost, doubled and swapped frames never make an event applied twice or out of order; a new connection mends the rest', () => {
  fc.assert(
    fc.property(schedule(broken), (steps) => {
      const world = play(broken, steps);
      expect(world.violations).toEqual([]);
      world.rest();
      while (world.gateway.links.size > 0) world.cut(0);
      world.fire(0, (name) => name.startsWith('handshake'));
      world.rest();
      expectEverything(world);
    }),
    runs,
  );
});

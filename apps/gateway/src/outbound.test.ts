import { beforeEach, describe, expect, it } from 'vitest';

import { createFlusher, type Flusher } from './flusher.ts';
import { createOutbound, type Outbound } from './outbound.ts';

const kilobyte = 1024;
let written: string[];
let needsDrain: boolean;
let told: string[];
let deferred: (() => void)[];
let outbound: Outbound;

/** A peer that takes everything at once, or, while it needs to drain, nothing more. */
const wire = {
  get writableLength() {
    return 0;
  },
  get writableNeedDrain() {
    return needsDrain;
  },
  cork: () => void written.push('['),
  uncork: () => void written.push(']'),
  write: (frame: Buffer) => (written.push(frame.toString('latin1', 0, 30).replaceAll(' ', '')), !needsDrain),
};

function open(flusher: Flusher = createFlusher({ defer: (work) => void deferred.push(work), later: () => undefined, now: () => 0, gatherMs: () => 0 })): void {
  outbound = createOutbound({ wire, flusher, now: () => 1_000, onOverflow: () => void told.push('overflow'), onRoom: () => void told.push('room') });
}

const endTick = () => deferred.splice(0).forEach((work) => work());
const frame = (name: string, bytes = 3) => Buffer.from(name.padEnd(bytes));
const push = (count: number, bytes: number) => {
  for (let n = 0; n < count; n += 1) outbound.push(frame(`${n}`, bytes));
};

beforeEach(() => {
  [written, told, deferred, needsDrain] = [[], [], [], false];
  open();
});

it('writes what a tick brought at its end, in order and at once', () => {
  for (const name of ['a', 'b', 'c']) outbound.push(frame(name));
  expect(written).toEqual([]);
  endTick();
  expect(written).toEqual(['abc']);
});

it('writes nothing more to a peer that does not read, until it does', () => {
  needsDrain = true;
  outbound.push(frame('a'));
  endTick();
  expect(outbound.blockedSince()).toBe(1_000);
  outbound.push(frame('b'));
  endTick();
  expect(written).toEqual(['a']);
  needsDrain = false;
  outbound.drained();
  endTick();
  expect([written.slice(1), outbound.blockedSince()]).toEqual([['b'], null]);
});

describe('a queue that grows', () => {
  it.for<[string, number, number, boolean]>([
    ['to 255 frames', 255, 10, true],
    ['to 256 frames', 256, 10, false],
    ['to less than 64 KiB', 63, kilobyte, true],
    ['to 64 KiB', 64, kilobyte, false],
  ])('%s: room for a replay %s', ([, count, bytes, has]) => {
    push(count, bytes);
    expect(outbound.hasRoom()).toBe(has);
  });

  it.for<[string, number, number, string[]]>([
    ['to 511 frames', 511, 10, []],
    ['to 512 frames', 512, 10, ['overflow']],
    ['to less than 256 KiB', 255, kilobyte, []],
    ['to 256 KiB', 256, kilobyte, ['overflow']],
    ['far beyond', 600, kilobyte, ['overflow']],
  ])('%s', ([, count, bytes, expected]) => {
    push(count, bytes);
    expect(told).toEqual(expected);
  });

  it('says when there is room again, once, and overflows anew', () => {
    push(600, kilobyte);
    endTick();
    endTick();
    expect(told).toEqual(['overflow', 'room']);
    push(600, kilobyte);
    expect(told).toEqual(['overflow', 'room', 'overflow']);
  });

  it('offers room only to who was refused it', () => {
    push(1, 10);
    expect(outbound.hasRoom()).toBe(true);
    endTick();
    expect(told).toEqual([]);
    push(300, 10);
    expect(outbound.hasRoom()).toBe(false);
    endTick();
    expect(told).toEqual(['room']);
  });
});

describe('what may be lost', () => {
  it('is told in its latest state, after what may not', () => {
    outbound.pushEphemeral('typing', frame('t1'));
    outbound.push(frame('a'));
    outbound.pushEphemeral('typing', frame('t2'));
    endTick();
    expect(written).toEqual(['at2']);
  });

  it('is dropped from a long queue, and not taken', () => {
    outbound.pushEphemeral('one', frame('t1'));
    push(64, kilobyte);
    outbound.pushEphemeral('two', frame('t2'));
    endTick();
    expect(written.join('')).not.toContain('t');
  });
});

it('writes what is left at the close, and nothing after', () => {
  outbound.push(frame('a'));
  outbound.close();
  outbound.push(frame('b'));
  endTick();
  expect(written).toEqual(['a']);
});

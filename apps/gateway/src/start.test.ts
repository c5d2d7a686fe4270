import { expect, it } from 'vitest';

import type { Standing } from './reader.ts';
import { type Cursor, startOf } from './start.ts';

const standing: Standing = { stream: 'room:a', epoch: 'e-1', joinedSeq: 5, head: 9 };

it.for<[string, Cursor, ReturnType<typeof startOf>]>([
  ['no cursor begins at the head', { seq: null, epoch: undefined }, { position: 9, reason: null }],
  ['no cursor, whatever the epoch', { seq: null, epoch: 'e-0' }, { position: 9, reason: null }],
  ['a cursor within the stay goes on from there', { seq: 7, epoch: 'e-1' }, { position: 7, reason: null }],
  ['the very joining', { seq: 5, epoch: 'e-1' }, { position: 5, reason: null }],
  ['the very head', { seq: 9, epoch: 'e-1' }, { position: 9, reason: null }],
  ['a client that keeps no epoch', { seq: 7, epoch: undefined }, { position: 7, reason: null }],
  ['before the joining', { seq: 4, epoch: 'e-1' }, { position: 9, reason: 'before_join' }],
  ['nothing seen yet of a room joined later', { seq: 0, epoch: 'e-1' }, { position: 9, reason: 'before_join' }],
  ['beyond the head', { seq: 10, epoch: 'e-1' }, { position: 9, reason: 'beyond_head' }],
  ['another epoch, though the number would fit', { seq: 7, epoch: 'e-0' }, { position: 9, reason: 'epoch' }],
])('%s', ([, cursor, start]) => {
  expect(startOf(standing, cursor)).toEqual(start);
});

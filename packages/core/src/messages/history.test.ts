import { expect, it } from 'vitest';

import { presentPage, windowOf, type Anchor } from './history.ts';
import type { MessageRow } from './messages.repository.ts';

const row = (seq: number): MessageRow => ({
  id: `m${seq}`, room_id: 'r', seq, updated_seq: seq, type: 'user', author_id: 'u', username: 'u', display_name: 'u', parent_message_id: null,
  content: 'x', html: 'x', nonce: 'n', created_at: new Date(0), edited_at: null, deleted_at: null,
});

it.each<[Anchor, number, number[], number[], boolean, boolean]>([
  // anchor, limit, what the room has, what the page shows around 10, more before, more after
  ['before', 2, [7, 8, 9, 10, 11], [8, 9], true, true],
  ['before', 3, [7, 8, 9, 10], [7, 8, 9], false, true],
  ['before', 3, [7, 8, 9], [7, 8, 9], false, false],
  ['before', 2, [10, 11], [], false, true],
  ['after', 2, [9, 10, 11, 12, 13], [11, 12], true, true],
  ['after', 2, [10, 11, 12], [11, 12], true, false],
  ['after', 2, [9, 10], [], true, false],
  ['around', 3, [8, 9, 10, 11, 12], [9, 10, 11], true, true],
  ['around', 3, [9, 10, 11], [9, 10, 11], false, false],
  ['around', 1, [9, 10, 11], [10], true, true],
  ['around', 4, [9, 10], [9, 10], false, false],
  ['newest', 2, [8, 9, 10], [9, 10], true, false],
  ['newest', 3, [8, 9, 10], [8, 9, 10], false, false],
  ['newest', 3, [], [], false, false],
])('%s 10, %i of %j: %j', (anchor, limit, room, page, hasMoreBefore, hasMoreAfter) => {
  const window = windowOf(anchor, 10, limit);
  const below = room.filter((seq) => seq < window.pivot).slice(-(window.older + 1));
  const above = room.filter((seq) => seq >= window.pivot).slice(0, window.newer + 1);
  const shown = presentPage([...below, ...above].map(row), window);
  expect(shown.items.map(({ seq }) => seq)).toEqual(page);
  expect({ hasMoreBefore: shown.hasMoreBefore, hasMoreAfter: shown.hasMoreAfter }).toEqual({ hasMoreBefore, hasMoreAfter });
});

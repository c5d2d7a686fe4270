import type { StreamId } from '@confab/contract';
import { named, type Tx } from '@confab/db';
import { sampledTraceparent } from '@confab/runtime';
import { sql } from 'kysely';

import type { Draft, LogEvent, Place } from './event.ts';
import { AppendRefused, type Appendix, type Want } from './streams.ts';

export async function createStreamRows(tx: Tx, streams: readonly StreamId[]): Promise<void> {
  await sql`INSERT INTO stream (id) SELECT unnest(${[...streams]}::text[])`.execute(named(tx, 'stream.create'));
}

export async function append(tx: Tx, wants: readonly Want[], build: (places: readonly Place[]) => Appendix): Promise<LogEvent[]> {
  const places = await takePlaces(tx, wants);
  const { row, events } = build(places);
  const drafts = inPlace(places, events);
  const trace = sampledTraceparent() ?? null;
  const values = sql.join(drafts.map(({ draft, place, payload }) => sql`(
    ${draft.stream}::text, ${draft.seq}::bigint, ${place.at}::timestamptz, ${draft.type}::text, ${draft.subjectId ?? null}::uuid,
    ${draft.authorId ?? null}::uuid, ${draft.subjectUserId ?? null}::uuid, ${draft.control ?? false}::boolean, ${trace}::text, ${payload}::text)`));
  const columns = sql`stream_id, seq, at, type, subject_id, author_id, subject_user_id, control, trace, payload`;
  const insert = row === null
    ? sql`INSERT INTO stream_event (${columns}) VALUES ${values} RETURNING seq`
    : sql`
        WITH guarded AS (${row})
        INSERT INTO stream_event (${columns})
        SELECT event.* FROM (VALUES ${values}) AS event WHERE EXISTS (SELECT FROM guarded)
        RETURNING seq`;
  const { rows } = await insert.execute(named(tx, 'stream.append'));
  if (rows.length === 0) throw new AppendRefused();
  return drafts.map(({ draft, place, payload }) => ({
    type: draft.type,
    stream: draft.stream,
    seq: draft.seq,
    at: place.at.getTime(),
    subjectId: draft.subjectId ?? null,
    authorId: draft.authorId ?? null,
    subjectUserId: draft.subjectUserId ?? null,
    control: draft.control ?? false,
    trace,
    payload,
  }));
}

/** Locks in id order, one statement a stream, so that no two transactions wait for each other in a ring. */
async function takePlaces(tx: Tx, wants: readonly Want[]): Promise<Place[]> {
  const taken = new Map<StreamId, Place[]>();
  for (const { stream, count = 1 } of wants.toSorted((a, b) => (a.stream < b.stream ? -1 : 1))) {
    if (taken.has(stream)) throw new Error(`${stream} is wanted twice in one append`);
    // RETURNING is computed when the lock is held: the time rises with the number. Milliseconds, as clients see it.
    const { rows } = await sql<{ head: number; at: Date }>`
      UPDATE stream SET head = head + ${count}::bigint WHERE id = ${stream}
      RETURNING head, date_trunc('milliseconds', clock_timestamp()) AS at`.execute(named(tx, 'stream.lock'));
    const [locked] = rows;
    if (locked === undefined) throw new Error(`there is no ${stream}`);
    taken.set(stream, Array.from({ length: count }, (_, index) => ({ stream, seq: Number(locked.head) - count + 1 + index, at: locked.at })));
  }
  return wants.flatMap(({ stream }) => taken.get(stream) ?? []);
}

/** Every number gets exactly one event: a number without one would be a hole for ever. */
function inPlace(places: readonly Place[], events: readonly Draft[]): { draft: Draft; place: Place; payload: string }[] {
  const open = new Map(places.map((place) => [`${place.stream} ${place.seq}`, place]));
  const placed = events.map((draft) => {
    const key = `${draft.stream} ${draft.seq}`;
    const place = open.get(key);
    if (place === undefined) throw new Error(`an event has a place that was not given to it: ${key}`);
    open.delete(key);
    return { draft, place, payload: JSON.stringify(draft.d) };
  });
  if (open.size > 0 || placed.length === 0) throw new Error(`places are left without an event: ${[...open.keys()].join(', ')}`);
  return placed;
}

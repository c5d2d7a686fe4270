import type { StreamId } from '@confab/contract';
import { LastStatement, named, sqlState, type Tx } from '@confab/db';
import { sampledTraceparent } from '@confab/runtime';
import { type RawBuilder, sql } from 'kysely';

import type { Draft, LogEvent, Place } from './event.ts';
import { AppendRefused, type Appender, type Appendix, type Want } from './streams.ts';

export async function createStreamRows(tx: Tx, streams: readonly StreamId[]): Promise<void> {
  await sql`INSERT INTO stream (id) SELECT unnest(${[...streams]}::text[])`.execute(named(tx, 'stream.create'));
}

export async function append(tx: Tx, wants: readonly Want[], build: (places: readonly Place[]) => Appendix): Promise<LastStatement<LogEvent[]>> {
  const places = await takePlaces(tx, wants);
  return inserting(tx, places, build(places));
}

export async function appendFor<T extends Appender>(
  tx: Tx,
  stream: StreamId,
  appender: RawBuilder<T>,
  build: (found: T | undefined, places: readonly Place[]) => Appendix,
): Promise<LastStatement<LogEvent[]>> {
  const { found, places } = await takePlaceFor(tx, stream, appender);
  return inserting(tx, places, build(found, places));
}

function inserting(tx: Tx, places: readonly Place[], { row, events }: Appendix): LastStatement<LogEvent[]> {
  const drafts = inPlace(places, events);
  const trace = sampledTraceparent() ?? null;
  const values = sql.join(drafts.map(({ draft, place, payload }) => sql`(
    ${draft.stream}::text, ${draft.seq}::bigint, ${place.at}::timestamptz, ${draft.type}::text, ${draft.subjectId ?? null}::uuid,
    ${draft.authorId ?? null}::uuid, ${draft.subjectUserId ?? null}::uuid, ${draft.control ?? false}::boolean, ${trace}::text, ${payload}::text)`));
  const columns = sql`stream_id, seq, at, type, subject_id, author_id, subject_user_id, control, trace, payload`;
  // The commit may be on its way behind it: what the guard refuses must fail, or the numbers would be kept without their events.
  const insert = row === null
    ? sql`INSERT INTO stream_event (${columns}) VALUES ${values}`
    : sql`
        WITH guarded AS (${row}), appended AS (
          INSERT INTO stream_event (${columns})
          SELECT event.* FROM (VALUES ${values}) AS event WHERE EXISTS (SELECT FROM guarded)
          RETURNING seq)
        SELECT stream_refuse_append() WHERE NOT EXISTS (SELECT FROM appended)`;
  return new LastStatement(async () => {
    await insert.execute(named(tx, 'stream.append')).catch((error: unknown) => {
      throw sqlState(error) === refused ? new AppendRefused() : error;
    });
    return drafts.map((placed) => toLogEvent(placed, trace));
  });
}

/** As stream_refuse_append() says it. */
const refused = 'CF001';

/** One statement a stream in id order, so that no two transactions wait for each other in a ring. */
async function takePlaces(tx: Tx, wants: readonly Want[]): Promise<Place[]> {
  if (new Set(wants.map(({ stream }) => stream)).size < wants.length) throw new Error(`a stream is wanted twice in one append: ${wants.map(({ stream }) => stream).join(', ')}`);
  const inOrder = wants.toSorted((a, b) => (a.stream < b.stream ? -1 : 1));
  const taken = await Promise.all(
    inOrder.map(async ({ stream, count = 1 }) => {
      const { rows } = await sql<Locked>`
        UPDATE stream SET head = head + ${count}::bigint WHERE id = ${stream} RETURNING ${locked}`.execute(named(tx, 'stream.lock'));
      return placesIn(stream, count, rows[0]);
    }),
  );
  return wants.flatMap((want) => taken[inOrder.indexOf(want)] ?? []);
}

/**
 * Who appends is found and the stream is locked in one statement, and by it alone: whom the stream is closed to neither takes
 * its lock nor waits for it, so that a stranger's requests hold nobody up.
 */
async function takePlaceFor<T extends Appender>(tx: Tx, stream: StreamId, appender: RawBuilder<T>): Promise<{ found: T | undefined; places: Place[] }> {
  const { rows } = await sql<T & { place_head: number | null; place_at: Date }>`
    WITH appender AS MATERIALIZED (${appender}), place AS (
      UPDATE stream SET head = head + 1 WHERE id = ${stream} AND EXISTS (SELECT FROM appender WHERE may_append) RETURNING ${locked})
    SELECT appender.*, place.head AS place_head, place.at AS place_at FROM appender LEFT JOIN place ON true`.execute(named(tx, 'stream.lockFor'));
  const [found] = rows;
  if (found?.may_append !== true) return { found, places: [] };
  return { found, places: placesIn(stream, 1, found.place_head === null ? undefined : { head: found.place_head, at: found.place_at }) };
}

interface Locked {
  readonly head: number;
  readonly at: Date;
}

/** Computed when the lock is held: the time rises with the number. Milliseconds, as clients see it. */
const locked = sql`head, date_trunc('milliseconds', clock_timestamp()) AS at`;

function placesIn(stream: StreamId, count: number, row: Locked | undefined): Place[] {
  if (row === undefined) throw new Error(`there is no ${stream}`);
  return Array.from({ length: count }, (_, index) => ({ stream, seq: Number(row.head) - count + 1 + index, at: row.at }));
}

/** Every number gets exactly one event: a number without one would be a hole for ever. */
function inPlace(places: readonly Place[], events: readonly Draft[]): Placed[] {
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

interface Placed {
  readonly draft: Draft;
  readonly place: Place;
  readonly payload: string;
}

function toLogEvent({ draft, place, payload }: Placed, trace: string | null): LogEvent {
  return {
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
  };
}

import type { StreamId } from '@confab/contract';
import { type LastStatement, named, type Tx } from '@confab/db';
import { sql } from 'kysely';

import type { LogEvent, Place } from './event.ts';
import { inserting } from './inserting.ts';
import { locked, placesIn } from './places.ts';
import type { Appender, Appending, Appendix, Placed } from './streams.ts';

type Found<T> = T & { readonly place_head: number | null; readonly place_at: Date | null };

export async function appendEach<T extends Appender>(tx: Tx, appending: Appending<T>, build: (placed: readonly Placed<T>[]) => Appendix): Promise<LastStatement<LogEvent[]> | undefined> {
  const placed = await takePlaceForEach(tx, appending);
  const places = placed.flatMap(({ place }) => place ?? []);
  const appendix = build(placed);
  return places.length === 0 ? undefined : inserting(tx, places, appendix);
}

/**
 * To whom a stream is closed neither takes its lock nor waits for it, so that a stranger's requests hold nobody up.
 * Whoever waits holds no lock yet, and whoever holds several has waited for none: no ring can come of it.
 */
async function takePlaceForEach<T extends Appender>(tx: Tx, { appenders, ifLocked }: Appending<T>): Promise<Placed<T>[]> {
  const { rows } = await sql<Found<T>>`
    WITH appender AS MATERIALIZED (${appenders}),
    wanted AS MATERIALIZED (SELECT stream_id, count(*) AS count FROM appender WHERE may_append GROUP BY stream_id),
    ${ifLocked === 'wait' ? theOne : those}
    place AS (
      UPDATE stream SET head = head + (SELECT count FROM wanted WHERE stream_id = stream.id) WHERE id = ANY (ARRAY(SELECT id FROM free)) RETURNING id, ${locked})
    SELECT appender.*, place.head AS place_head, place.at AS place_at
    FROM appender LEFT JOIN place ON place.id = appender.stream_id`.execute(named(tx, 'stream.lockFor'));
  const inTurn = rows.toSorted((a, b) => a.turn - b.turn);
  const appending = Map.groupBy(inTurn.filter(({ may_append }) => may_append), ({ stream_id }) => stream_id);
  if (ifLocked === 'wait' && appending.size > 1) throw new Error(`one append waits for several streams: ${[...appending.keys()].join(', ')}`);
  const places = new Map([...appending].map(([stream, of]) => [stream, placesOf(stream, of, ifLocked)]));
  return inTurn.map((appender) => ({ appender, place: appender.may_append ? places.get(appender.stream_id)?.shift() : undefined }));
}

/**
 * PostgreSQL may wait twice, for the place at the head of those who wait and for the row, and whoever comes here has waited before.
 * The limit is the transaction's, and holds from this statement on.
 */
const lockMs = 3_000;
const theOne = sql`free AS MATERIALIZED (SELECT stream_id AS id FROM wanted WHERE set_config('lock_timeout', ${String(lockMs)}::text, true) IS NOT NULL),`;
const those = sql`free AS MATERIALIZED (SELECT id FROM stream WHERE id = ANY (ARRAY(SELECT stream_id FROM wanted)) FOR NO KEY UPDATE SKIP LOCKED),`;

function placesOf(stream: StreamId, appending: readonly Found<Appender>[], ifLocked: 'wait' | 'pass over'): Place[] {
  const [{ place_head: head, place_at: at } = { place_head: null, place_at: null }] = appending;
  if (head !== null && at !== null) return placesIn(stream, appending.length, { head, at });
  return ifLocked === 'wait' ? placesIn(stream, appending.length, undefined) : [];
}

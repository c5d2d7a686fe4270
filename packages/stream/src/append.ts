import type { StreamId } from '@confab/contract';
import { type LastStatement, named, type Tx } from '@confab/db';
import { sql } from 'kysely';

import type { LogEvent, Place } from './event.ts';
import { inserting } from './inserting.ts';
import { type Locked, locked, placesIn } from './places.ts';
import type { Appendix, Want } from './streams.ts';

export async function createStreamRows(tx: Tx, streams: readonly StreamId[]): Promise<void> {
  await sql`INSERT INTO stream (id) SELECT unnest(${[...streams]}::text[])`.execute(named(tx, 'stream.create'));
}

export async function append(tx: Tx, wants: readonly Want[], build: (places: readonly Place[]) => Appendix): Promise<LastStatement<LogEvent[]>> {
  const places = await takePlaces(tx, wants);
  return inserting(tx, places, build(places));
}

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

import { LastStatement, named, sqlState, type Tx } from '@confab/db';
import { sampledTraceparent } from '@confab/runtime';
import { sql } from 'kysely';

import type { Draft, LogEvent, Place } from './event.ts';
import { AppendRefused, type Appendix } from './streams.ts';

/** As stream_refuse_append() says it. */
const refused = 'CF001';

/**
 * The commit may be on its way behind it: what the guard refuses must fail, or numbers would be kept without their events.
 * The events are one parameter, so that the text, and the plan with it, is the same for any number of them.
 */
export function inserting(tx: Tx, places: readonly Place[], { row, rowCount = 1, events: drafts }: Appendix): LastStatement<LogEvent[]> {
  const trace = sampledTraceparent();
  const events = inPlace(places, drafts, trace);
  const columns = sql`stream_id, seq, at, type, subject_id, author_id, subject_user_id, control, trace, payload`;
  const given = sql`
    SELECT ${columns} FROM json_to_recordset(${JSON.stringify(events.map(toRow))}::json) AS event (
      stream_id text, seq bigint, at timestamptz, type text, subject_id uuid, author_id uuid, subject_user_id uuid, control boolean, trace text, payload text)`;
  const insert = row === null
    ? sql`INSERT INTO stream_event (${columns}) ${given}`
    : sql`
        WITH guarded AS (${row}), appended AS (
          INSERT INTO stream_event (${columns}) ${given} WHERE (SELECT count(*) FROM guarded) >= ${rowCount}::bigint RETURNING seq)
        SELECT stream_refuse_append() WHERE NOT EXISTS (SELECT FROM appended)`;
  return new LastStatement(async () => {
    await insert.execute(named(tx, 'stream.append')).catch((error: unknown) => {
      throw sqlState(error) === refused ? new AppendRefused() : error;
    });
    return events;
  });
}

/** Every number gets exactly one event: a number without one would be a hole for ever. */
function inPlace(places: readonly Place[], drafts: readonly Draft[], trace: string | undefined): LogEvent[] {
  const open = new Map(places.map((place) => [`${place.stream} ${place.seq}`, place]));
  const events = drafts.map((draft) => {
    const key = `${draft.stream} ${draft.seq}`;
    const place = open.get(key);
    if (place === undefined) throw new Error(`an event has a place that was not given to it: ${key}`);
    open.delete(key);
    return toLogEvent(draft, place, trace);
  });
  if (open.size > 0 || events.length === 0) throw new Error(`places are left without an event: ${[...open.keys()].join(', ')}`);
  return events;
}

function toLogEvent(draft: Draft, { at }: Place, trace: string | undefined): LogEvent {
  return {
    type: draft.type,
    stream: draft.stream,
    seq: draft.seq,
    at: at.getTime(),
    subjectId: draft.subjectId ?? null,
    authorId: draft.authorId ?? null,
    subjectUserId: draft.subjectUserId ?? null,
    control: draft.control ?? false,
    trace: draft.trace ?? trace ?? null,
    payload: JSON.stringify(draft.d),
  };
}

function toRow(event: LogEvent) {
  return {
    stream_id: event.stream,
    seq: event.seq,
    at: new Date(event.at),
    type: event.type,
    subject_id: event.subjectId,
    author_id: event.authorId,
    subject_user_id: event.subjectUserId,
    control: event.control,
    trace: event.trace,
    payload: event.payload,
  };
}

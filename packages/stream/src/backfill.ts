import type { EventType, StreamId } from '@confab/contract';
import { named, type Database, type Db } from '@confab/db';
import { sql } from 'kysely';

import type { StreamEvent } from './event.ts';

interface Row {
  seq: number;
  at: Date;
  type: EventType;
  subject_id: string | null;
  author_id: string | null;
  subject_user_id: string | null;
  control: boolean;
  trace: string | null;
  payload: string;
}

/** A replica shows a shorter prefix, never a hole; so nothing, or a hole, is a question for the primary. */
export async function backfill(db: Database, stream: StreamId, afterSeq: number, limit: number): Promise<StreamEvent[]> {
  const epoch = await db.epoch();
  const found = await db.read(async (from, target) => ({ target, events: await select(from, epoch, stream, afterSeq, limit) })).catch(() => undefined);
  if (found?.target === 'primary' || found?.events[0]?.seq === afterSeq + 1) return found.events;
  return select(db.primary, epoch, stream, afterSeq, limit);
}

export async function heads(db: Db, streams: readonly StreamId[]): Promise<Map<StreamId, number>> {
  const { rows } = await sql<{ id: StreamId; head: number }>`SELECT id, head FROM stream WHERE id = ANY(${[...streams]}::text[])`.execute(named(db, 'stream.heads'));
  return new Map(rows.map((row) => [row.id, Number(row.head)]));
}

async function select(db: Db, epoch: string, stream: StreamId, afterSeq: number, limit: number): Promise<StreamEvent[]> {
  const { rows } = await sql<Row>`
    SELECT seq, at, type, subject_id, author_id, subject_user_id, control, trace, payload
    FROM stream_event WHERE stream_id = ${stream} AND seq > ${afterSeq} ORDER BY seq LIMIT ${limit}`.execute(named(db, 'stream.backfill'));
  return rows.map((row) => ({
    epoch,
    type: row.type,
    stream,
    seq: Number(row.seq),
    at: row.at.getTime(),
    subjectId: row.subject_id,
    authorId: row.author_id,
    subjectUserId: row.subject_user_id,
    control: row.control,
    trace: row.trace,
    payload: row.payload,
  }));
}

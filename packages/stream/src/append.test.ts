import { randomUUID } from 'node:crypto';

import type { StreamId } from '@confab/contract';
import { createDatabase, type Database } from '@confab/db';
import { createLogger } from '@confab/runtime';
import { createTestDatabase, type TestDatabase } from '@confab/testing';
import { type RawBuilder, sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { append, createStreamRows } from './append.ts';
import { appendEach } from './append-each.ts';
import { backfill, heads } from './backfill.ts';
import type { Draft, Place } from './event.ts';
import { AppendRefused, type Appender } from './streams.ts';

let clone: TestDatabase;
let db: Database;
let room: StreamId;
let user: StreamId;

beforeAll(async () => {
  clone = await createTestDatabase();
  const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
  db = createDatabase({ primaryUrl: clone.url, replicaUrls: [clone.replicaUrl], applicationName: 'stream-test', logger, poolSize: 20 });
  await sql`CREATE TABLE guarded (id uuid PRIMARY KEY, seq bigint NOT NULL)`.execute(db.primary);
});
afterAll(async () => {
  await db.stop();
  await clone.drop();
});
beforeEach(async () => {
  room = `room:${randomUUID()}`;
  user = `user:${randomUUID()}`;
  await db.write((tx) => createStreamRows(tx, [room, user]));
});

const draft = ({ stream, seq }: Place, extra: Partial<Draft> = {}): Draft => ({ stream, seq, type: 'read.updated', d: { roomId: room.slice(5), seq }, ...extra }) as Draft;
const write = (row: RawBuilder<unknown> | null = null) =>
  db.write((tx) => append(tx, [{ stream: room }], (places) => ({ row, events: places.map((place) => draft(place)) })));
/** All of it: a page may come from a replica, which shows a shorter prefix. */
const eventsOf = async (stream: StreamId) => {
  const events = [];
  for (let page = await backfill(db, stream, 0, 1_000); page.length > 0; page = await backfill(db, stream, page.at(-1)!.seq, 1_000)) events.push(...page);
  return events;
};
const seqsOf = async (stream: StreamId) => (await eventsOf(stream)).map(({ seq }) => seq);
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

it('gives back what it wrote, and the log says the same', async () => {
  const [authorId, subjectId, subjectUserId] = [randomUUID(), randomUUID(), randomUUID()];
  const written = await db.write((tx) =>
    append(tx, [{ stream: room }], ([place]) => ({ row: null, events: [draft(place!, { authorId, subjectId, subjectUserId, control: true })] })),
  );
  expect(written).toEqual([
    { type: 'read.updated', stream: room, seq: 1, at: expect.closeTo(Date.now(), -4), subjectId, authorId, subjectUserId, control: true, trace: null, payload: `{"roomId":"${room.slice(5)}","seq":1}` },
  ]);
  expect(await backfill(db, room, 0, 10)).toEqual(written.map((event) => ({ ...event, epoch: expect.any(String) as string })));
  expect(await heads(db.primary, [room, user, 'room:nobody'])).toEqual(new Map([[room, 1], [user, 0]]));
});

it('leaves no hole and no double under concurrent appends, some of which fail', async () => {
  const outcomes = await Promise.allSettled(
    upTo(60).map((n) =>
      db.write(async (tx) => {
        const last = await append(tx, [{ stream: room, count: (n % 3) + 1 }], (places) => ({ row: null, events: places.map((place) => draft(place)) }));
        if (n % 2 === 0) return last;
        await last.send();
        if (n % 4 === 1) throw new Error('after the append');
      }),
    ),
  );
  const kept = outcomes.map((outcome, index) => (outcome.status === 'fulfilled' ? ((index + 1) % 3) + 1 : 0)).reduce((sum, count) => sum + count, 0);
  expect(await seqsOf(room)).toEqual(upTo(kept));
  const events = await eventsOf(room);
  expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).toSorted((a, b) => a - b));
});

it('locks in id order, whatever the order asked for', async () => {
  const both = [{ stream: room }, { stream: user }];
  await Promise.all(
    upTo(40).map((n) => db.write((tx) => append(tx, n % 2 ? both : both.toReversed(), (places) => ({ row: null, events: places.map((place) => draft(place)) })))),
  );
  expect([await seqsOf(room), await seqsOf(user)]).toEqual([upTo(40), upTo(40)]);
});

it('hands out places in the order of the wants', async () => {
  const places = await db.write(async (tx) => {
    let given: readonly Place[] = [];
    const last = await append(tx, [{ stream: user }, { stream: room, count: 2 }], (got) => ({ row: null, events: (given = got).map((place) => draft(place)) }));
    return last.map(() => given);
  });
  expect(places.map(({ stream, seq }) => `${stream} ${seq}`)).toEqual([`${user} 1`, `${room} 1`, `${room} 2`]);
});

describe('a guarded row', () => {
  it('is written with its event', async () => {
    const id = randomUUID();
    await write(sql`INSERT INTO guarded VALUES (${id}, 1) RETURNING 1`);
    expect(await seqsOf(room)).toEqual([1]);
    expect((await sql`SELECT seq FROM guarded WHERE id = ${id}`.execute(db.primary)).rows).toEqual([{ seq: 1 }]);
  });

  it('that is refused takes its event and its number with it', async () => {
    const id = randomUUID();
    const insert = sql`INSERT INTO guarded VALUES (${id}, 1) ON CONFLICT DO NOTHING RETURNING 1`;
    await write(insert);
    await expect(write(insert)).rejects.toThrow(AppendRefused);
    await write();
    expect(await seqsOf(room)).toEqual([1, 2]);
  });

  it('is refused by what committed while it waited for the lock', async () => {
    const id = randomUUID();
    await sql`INSERT INTO guarded VALUES (${id}, 0)`.execute(db.primary);
    let removed = (): void => undefined;
    const mayCommit = new Promise<void>((resolve) => (removed = resolve));
    const removal = db.write(async (tx) => {
      const last = await append(tx, [{ stream: room }], (places) => ({ row: sql`DELETE FROM guarded WHERE id = ${id} RETURNING 1`, events: places.map((place) => draft(place)) }));
      await last.send();
      await mayCommit;
    });
    await expect.poll(() => waitingForLocks(db)).toBe(0);
    const send = write(sql`INSERT INTO guarded SELECT ${randomUUID()}::uuid, seq + 1 FROM guarded WHERE id = ${id} RETURNING 1`);
    const outcome = send.then(() => 'sent', (error: unknown) => error);
    await expect.poll(() => waitingForLocks(db)).toBe(1);
    removed();
    await removal;
    expect(await outcome).toBeInstanceOf(AppendRefused);
    expect(await seqsOf(room)).toEqual([1]);
  });
});

describe('many who append one event each', () => {
  const asking = (...asked: (readonly [stream: StreamId, may: boolean])[]) => sql<Appender>`
    SELECT * FROM json_to_recordset(${JSON.stringify(asked.map(([stream, may], turn) => ({ stream_id: stream, turn, may_append: may })).toReversed())}::json) AS asked (stream_id text, turn integer, may_append boolean)`;
  const appendAll = (appenders: RawBuilder<Appender>, ifLocked: 'wait' | 'pass over', row: RawBuilder<unknown> | null = null, rowCount = 1) => {
    let given: string[] = [];
    const writing = db.write((tx) => appendEach(tx, { appenders, ifLocked }, (placed) => {
      given = placed.map(({ appender, place }) => `${appender.turn}: ${place?.stream === room ? 'room' : (place?.stream ?? 'none')} ${place?.seq}`);
      return { row, rowCount, events: placed.flatMap(({ place }) => (place === undefined ? [] : draft(place))) };
    }).then((last) => last ?? []));
    return writing.then(() => given);
  };

  it('have their numbers in their turns, and who may not has none', async () => {
    await write();
    expect(await appendAll(asking([room, true], [user, false], [room, false], [room, true]), 'pass over')).toEqual(['0: room 2', '1: none undefined', '2: none undefined', '3: room 3']);
    expect(await appendAll(asking([user, false]), 'pass over')).toEqual(['0: none undefined']);
    expect([await seqsOf(room), await seqsOf(user)]).toEqual([upTo(3), []]);
  });

  it('pass over what somebody else has locked, or wait for it, and then for it alone', async () => {
    let waiting: Promise<string[]> | undefined;
    await db.write(async (tx) => {
      const last = await append(tx, [{ stream: user }], (places) => ({ row: null, events: places.map((place) => draft(place)) }));
      expect(await appendAll(asking([room, true], [user, true]), 'pass over')).toEqual(['0: room 1', '1: none undefined']);
      waiting = appendAll(asking([user, true], [room, false]), 'wait');
      await expect.poll(() => waitingForLocks(db)).toBe(1);
      return last;
    });
    expect(await waiting).toEqual([`0: ${user} 2`, '1: none undefined']);
    await expect(appendAll(asking([room, true], [user, true]), 'wait')).rejects.toThrow('waits for several streams');
    await expect(appendAll(asking(['room:nobody', true]), 'wait')).rejects.toThrow('there is no room:nobody');
    expect([await seqsOf(room), await seqsOf(user)]).toEqual([upTo(1), upTo(2)]);
  });

  it('wait no longer than three seconds, where others wait for five', { timeout: 20_000 }, async () => {
    await db.write(async (tx) => {
      const last = await append(tx, [{ stream: user }], (places) => ({ row: null, events: places.map((place) => draft(place)) }));
      const begunAt = performance.now();
      await expect(appendAll(asking([user, true]), 'wait')).rejects.toMatchObject({ code: '55P03' });
      expect(performance.now() - begunAt).toBeLessThan(4_500);
      return last;
    });
    expect(await seqsOf(user)).toEqual([1]);
  });

  it('are all refused if one of their rows is, and leave no number behind', async () => {
    const id = randomUUID();
    const two = (other: string) => sql`INSERT INTO guarded VALUES (${id}, 1), (${other}, 1) ON CONFLICT DO NOTHING RETURNING 1`;
    await appendAll(asking([room, true], [user, true]), 'pass over', two(randomUUID()), 2);
    await expect(appendAll(asking([room, true], [user, true]), 'pass over', two(randomUUID()), 2)).rejects.toThrow(AppendRefused);
    expect([await seqsOf(room), await seqsOf(user)]).toEqual([[1], [1]]);
    expect(await heads(db.primary, [room, user])).toEqual(new Map([[room, 1], [user, 1]]));
  });
});

describe('what would break the log is refused before anything is written', () => {
  it.for<[string, (places: readonly Place[]) => Draft[]]>([
    ['a number without an event', ([first]) => [draft(first!)]],
    ['no event at all', () => []],
    ['a number used twice', ([first]) => [draft(first!), draft(first!)]],
    ['a number that was not given', ([first, second]) => [draft(first!), draft({ ...second!, seq: 99 })]],
  ])('%s', async ([, events]) => {
    const wrong = db.write((tx) => append(tx, [{ stream: room, count: 2 }], (places) => ({ row: null, events: events(places) })));
    await expect(wrong).rejects.toThrow(/place/);
    expect(await seqsOf(room)).toEqual([]);
  });

  it('a stream wanted twice, or one that is not there', async () => {
    const ask = (...streams: StreamId[]) => db.write((tx) => append(tx, streams.map((stream) => ({ stream })), () => ({ row: null, events: [] })));
    await expect(ask(room, room)).rejects.toThrow('wanted twice');
    await expect(ask('room:nobody')).rejects.toThrow('there is no room:nobody');
  });
});

it('backfills what has just been committed, whether or not a replica has it', async () => {
  for (let seq = 1; seq <= 30; seq += 1) {
    await write();
    expect((await backfill(db, room, seq - 1, 5)).map((event) => event.seq)).toEqual([seq]);
  }
  await expect.poll(async () => (await backfill(db, room, 10, 5)).map(({ seq }) => seq)).toEqual([11, 12, 13, 14, 15]);
});

async function waitingForLocks({ primary }: Database): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`.execute(primary);
  return Number(rows[0]?.count);
}

import { createLogger, runInContext } from '@confab/runtime';
import { createTestDatabase, type TestDatabase } from '@confab/testing';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDatabase, type Database } from './database.ts';
import { enqueue, jobTrace } from './enqueue.ts';

const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
let clone: TestDatabase;
let db: Database;

beforeAll(async () => {
  clone = await createTestDatabase();
  db = createDatabase({ primaryUrl: clone.url, replicaUrls: [], applicationName: 'confab-enqueue-test', logger });
});

beforeEach(() => sql`delete from graphile_worker._private_jobs`.execute(db.primary));

afterAll(async () => {
  await db.stop();
  await clone.drop();
});

type Row = { task: string; payload: unknown; key: string | null; queue: string | null; max_attempts: number; priority: number; run_at: Date };

async function jobs(): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select task_identifier as task, payload, j.key, j.queue_name as queue, j.max_attempts, j.priority, j.run_at
    from graphile_worker.jobs as j join graphile_worker._private_jobs as p using (id) order by id`.execute(db.primary);
  return rows;
}

test('a job exists when its cause has committed', async () => {
  const runAt = new Date('2030-01-01T00:00:00.123Z');
  await db.write(async (tx) => {
    await enqueue(tx, 'notify-mentions', { messageId: 'm' }, { queue: 'q', runAt, maxAttempts: 5, priority: -1, key: 'k' });
    await enqueue(tx, 'greet', {});
  });
  expect(await jobs()).toMatchObject([
    { task: 'notify-mentions', payload: { messageId: 'm' }, key: 'k', queue: 'q', max_attempts: 5, priority: -1, run_at: runAt },
    { task: 'greet', payload: {}, key: null, queue: null },
  ]);
});

test('and does not when it has not', async () => {
  const work = db.write(async (tx) => {
    await enqueue(tx, 'greet', {});
    throw new Error('no');
  });
  await expect(work).rejects.toThrow('no');
  expect(await jobs()).toEqual([]);
});

test('one job a key: the later one stands', async () => {
  await db.write((tx) => enqueue(tx, 'greet', { n: 1 }, { key: 'k' }));
  await db.write((tx) => enqueue(tx, 'greet', { n: 2 }, { key: 'k' }));
  expect(await jobs()).toMatchObject([{ payload: { n: 2 } }]);
});

test('a job names the trace of its cause', async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';
  await runInContext({ requestId: 'r-1', traceparent }, () => db.write((tx) => enqueue(tx, 'greet', { n: 1 })));
  expect(await jobs()).toMatchObject([{ payload: { n: 1, [jobTrace]: traceparent } }]);
});

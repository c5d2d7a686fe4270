import { createLogger, createMetrics } from '@confab/runtime';
import { createTestDatabase, startTcpProxy, type TcpProxy, type TestDatabase } from '@confab/testing';
import { Logger, makeWorkerUtils, type WorkerUtils } from 'graphile-worker';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createJobs, type Jobs } from './jobs.ts';

let database: TestDatabase;
let utils: WorkerUtils;
let wire: TcpProxy;
let jobs: Jobs;
/** Of each run of the task that has begun, what ends it. */
let running: (() => void)[];

beforeAll(async () => {
  database = await createTestDatabase();
  utils = await makeWorkerUtils({ connectionString: database.url, logger: new Logger(() => () => undefined) });
});

afterAll(async () => {
  await utils.release();
  await database.drop();
});

beforeEach(async () => {
  running = [];
  wire = await startTcpProxy(database.url);
  jobs = createJobs({
    databaseUrl: wire.url,
    database: { observePool: () => undefined },
    tasks: { 'to-be-told': () => new Promise((resolve) => running.push(() => resolve({}))) },
    logger: createLogger({ name: 'test', level: 'silent', pretty: false }),
    metrics: createMetrics({ process: 'test' }),
    abortAfterMs: 2_000,
    lostAfterMs: 1_000,
  });
  await jobs.start();
});

afterEach(async () => {
  for (const end of running) end();
  wire.restore();
  await jobs.stop();
  await wire.stop();
});

const left = async () => (await utils.withPgClient((client) => client.query('select from graphile_worker.jobs'))).rowCount;

/** Each by itself, so that nobody tells of two together. */
async function endAll(): Promise<void> {
  for (const end of running.splice(0)) {
    end();
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

test.each([2, 5])('what became of %i jobs that the database was not told of is found out: they are taken again, and there is an end', async (count) => {
  for (let n = 0; n < count; n += 1) await utils.addJob('to-be-told', {});
  await expect.poll(() => running.length).toBe(count);
  wire.cut();
  await endAll();
  wire.restore();
  await expect.poll(() => running.length, { timeout: 20_000 }).toBe(count);
  await endAll();
  await expect.poll(left).toBe(0);
  await expect(jobs.check()).resolves.toBeUndefined();
}, 60_000);

test('a pool that could not ask for its first job is no good, and another is begun', async () => {
  await utils.addJob('to-be-told', {});
  await expect.poll(() => running.length).toBe(1);
  wire.cut();
  await endAll();
  wire.restore();
  await wire.loseAnswerTo('insert into "graphile_worker"._private_tasks', 'INSERT 0');
  await expect.poll(() => running.length, { timeout: 15_000 }).toBe(1);
  await endAll();
  await expect.poll(left).toBe(0);
});

test('a job that was given to a pool which never heard of it goes to who asks next; one that takes long stays where it is', async () => {
  await utils.addJob('to-be-told', {});
  await expect.poll(() => running.length).toBe(1);
  const { id } = await utils.addJob('to-be-told', {}, { runAt: new Date('2100-01-01'), queueName: 'one' });
  await utils.withPgClient((client) =>
    client.query(
      `with taken as (
        update graphile_worker._private_jobs set run_at = now(), attempts = attempts + 1, locked_at = now(), locked_by = (select id from job_pools order by seen_at desc limit 1)
        where id = $1 returning job_queue_id, locked_at, locked_by)
      update graphile_worker._private_job_queues as queues set locked_at = taken.locked_at, locked_by = taken.locked_by from taken where queues.id = job_queue_id`,
      [id],
    ),
  );
  await expect.poll(() => running.length).toBe(2);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(running).toHaveLength(2);
  await endAll();
  await expect.poll(left).toBe(0);
});

import { createTestDatabase, emptyTestRedis, startApp, type TestApp, type TestDatabase } from '@confab/testing';
import { Logger, makeWorkerUtils, type WorkerUtils } from 'graphile-worker';
import { afterAll, beforeAll, expect, test } from 'vitest';

let database: TestDatabase;
let utils: WorkerUtils;
let worker: TestApp;

beforeAll(async () => {
  database = await createTestDatabase();
  utils = await makeWorkerUtils({ connectionString: database.url, logger: new Logger(() => () => undefined) });
  worker = await start();
});

afterAll(async () => {
  await worker.stop();
  await utils.release();
  await database.drop();
});

async function start({ url, applicationUrl } = database, env: Record<string, string> = {}): Promise<TestApp> {
  return startApp('worker', {
    DATABASE_URL: applicationUrl,
    DATABASE_DIRECT_URL: url,
    REDIS_URL: await emptyTestRedis(),
    CONFAB_SECRET: Buffer.alloc(32, 7).toString('base64url'),
    ...env,
  });
}

const query = <T>(text: string) => utils.withPgClient(async (client) => (await client.query(text)).rows as T[]);
const said = (msg: string) => worker.log.filter((line) => line.msg === msg);

/** What the log tells of a job, once it does. */
async function outcomeOf({ id }: { id: string }) {
  const lines = () => worker.log.filter((line) => line['requestId'] === `job:${id}` && (line.msg === 'job done' || line.msg === 'job failed'));
  await expect.poll(() => lines().length, { timeout: 15_000 }).toBe(1);
  return lines()[0];
}

const isLeft = async ({ id }: { id: string }) => (await query(`select from graphile_worker.jobs where id = ${id}`)).length === 1;

/** Of one new user: three that stay, two that go. */
async function insertSessions(): Promise<string> {
  const [row] = await query<{ id: string }>("insert into users (id, username, display_name, created_at, updated_at) values (gen_random_uuid(), gen_random_uuid()::text, 'Ann', now(), now()) returning id");
  const user = row?.id ?? '';
  await query(`
    insert into sessions (id, user_id, rotated_at, created_at, last_seen_at, expires_at, ended_at)
    select gen_random_uuid(), '${user}', now(), now() - age, now() - age, now() - age + interval '30 days', ended
    from (values
      (interval '1 day', null::timestamptz), (interval '50 days', null), (interval '61 days', null),
      (interval '1 day', now() - interval '1 hour'), (interval '40 days', now() - interval '31 days')
    ) as t (age, ended)`);
  return user;
}

const countSessions = async (user: string) => (await query(`select from sessions where user_id = '${user}'`)).length;

test('old sessions go, live and lately ended ones stay', async () => {
  const user = await insertSessions();
  const job = await utils.addJob('delete-old-sessions', {});
  expect(await outcomeOf(job)).toMatchObject({ msg: 'job done', task: 'delete-old-sessions', attempt: 1, outcome: { deleted: 2 } });
  expect(await countSessions(user)).toBe(3);
  await expect.poll(() => isLeft(job)).toBe(false);
});

test('idempotency keys of yesterday go', async () => {
  const [row] = await query<{ id: string }>("insert into users (id, username, display_name, created_at, updated_at) values (gen_random_uuid(), gen_random_uuid()::text, 'Ann', now(), now()) returning id");
  await query(`
    insert into idempotency_keys (user_id, operation, key, request_hash, subject_id, created_at)
    select '${row?.id}', 'createRoom', age::text, '', gen_random_uuid(), now() - age
    from (values (interval '1 hour'), (interval '23 hours'), (interval '25 hours'), (interval '3 days')) as t (age)`);
  expect(await outcomeOf(await utils.addJob('delete-old-idempotency-keys', {}))).toMatchObject({ outcome: { deleted: 2 } });
  expect(await query('select from idempotency_keys')).toHaveLength(2);
});

test('partitions of the log are made ahead, and dropped when their last event is 30 days old', async () => {
  await query("select stream_event_make_week(now() - interval '10 weeks'), stream_event_make_week(now() - interval '2 weeks')");
  const partitions = async () => (await query<{ name: string }>("select inhrelid::regclass::text as name from pg_inherits where inhparent = 'stream_event'::regclass order by 1")).map(({ name }) => name);
  const [oldest, ...others] = await partitions();
  const last = others.filter((name) => name !== 'stream_event_default').at(-1) ?? '';
  await query(`drop table ${last}`);
  expect(await outcomeOf(await utils.addJob('maintain-event-log', {}))).toMatchObject({ outcome: { made: [last], dropped: [oldest] } });
  expect(await partitions()).toEqual(others);
});

test('all are in the crontab, and the ops port tells how it is', async () => {
  const ready = await fetch(`http://127.0.0.1:${worker.opsPort}/health/ready`);
  expect([ready.status, await ready.json()]).toMatchObject([200, { checks: { database: { status: 'ok' }, redis: { status: 'ok' }, jobs: { status: 'ok' } } }]);
  const metrics = await fetch(`http://127.0.0.1:${worker.opsPort}/metrics`).then((response) => response.text());
  expect(metrics).toContain('confab_db_query_duration_seconds');
  await expect
    .poll(() => query('select identifier from graphile_worker._private_known_crontabs order by 1'))
    .toEqual([{ identifier: 'delete-abandoned-second-factors' }, { identifier: 'delete-old-idempotency-keys' }, { identifier: 'delete-old-sessions' }, { identifier: 'maintain-event-log' }]);
});

test('a job that fails is logged and tried again later', async () => {
  await query('alter function stream_event_make_week(timestamptz) rename to gone');
  try {
    const job = await utils.addJob('maintain-event-log', {});
    expect(await outcomeOf(job)).toMatchObject({ msg: 'job failed', level: 'error', attempt: 1, isLastAttempt: false, err: { code: '42883' } });
    await expect.poll(() => query(`select attempts from graphile_worker.jobs where id = ${job.id} and run_at > now() and locked_at is null`)).toEqual([{ attempts: 1 }]);
    await utils.completeJobs([job.id]);
    const last = await utils.addJob('maintain-event-log', {}, { maxAttempts: 1 });
    await expect.poll(() => said('job died'), { timeout: 15_000 }).toMatchObject([{ requestId: `job:${last.id}`, level: 'error', attempt: 1, isLastAttempt: true }]);
    await utils.completeJobs([last.id]);
  } finally {
    await query('alter function gone(timestamptz) rename to stream_event_make_week');
  }
});

test('work goes on after the database has ended every connection', async () => {
  await query("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'confab-worker%'");
  const user = await insertSessions();
  expect(await outcomeOf(await utils.addJob('delete-old-sessions', {}))).toMatchObject({ msg: 'job done' });
  expect(await countSessions(user)).toBe(3);
  await expect.poll(async () => (await fetch(`http://127.0.0.1:${worker.opsPort}/health/ready`)).status, { timeout: 5_000 }).toBe(200);
});

test('SIGTERM: the job that runs is finished, no other is begun', async () => {
  const user = await insertSessions();
  let exited: Promise<unknown> = Promise.resolve();
  const [running, waiting] = await utils.withPgClient(async (client) => {
    await client.query('begin; lock table sessions in access exclusive mode');
    const first = await utils.addJob('delete-old-sessions', {});
    await expect.poll(async () => (await query("select from pg_stat_activity where application_name = 'confab-worker' and wait_event_type = 'Lock'")).length, { timeout: 10_000 }).toBe(1);
    exited = worker.stop();
    await expect.poll(() => said('stopping')).toHaveLength(1);
    const second = await utils.addJob('maintain-event-log', {});
    await new Promise((resolve) => setTimeout(resolve, 300));
    await client.query('commit');
    return [first, second] as const;
  });
  await exited;
  expect(await countSessions(user)).toBe(3);
  expect([await isLeft(running), await isLeft(waiting)]).toEqual([false, true]);
  await utils.completeJobs([waiting.id]);
  worker = await start();
});

test('what a killed worker had begun is taken by another, when the dead one has been silent for long enough', async () => {
  const user = await insertSessions();
  const job = await utils.withPgClient(async (client) => {
    await client.query('begin; lock table sessions in access exclusive mode');
    const begun = await utils.addJob('delete-old-sessions', {});
    await expect.poll(async () => (await query(`select from graphile_worker.jobs where id = ${begun.id} and locked_by is not null`)).length).toBe(1);
    await worker.kill();
    await client.query('commit');
    return begun;
  });
  expect(await query(`select locked_by = (select id from job_pools) as "isHeld" from graphile_worker.jobs where id = ${job.id}`)).toEqual([{ isHeld: true }]);
  worker = await start(database, { WORKER_LOST_AFTER_MS: '2000' });
  expect(await outcomeOf(job)).toMatchObject({ msg: 'job done', attempt: 2 });
  expect(said('jobs of a lost worker freed')).toMatchObject([{ jobs: 1 }]);
  expect(await countSessions(user)).toBe(3);
  expect(await query('select from job_pools')).toHaveLength(1);
});

test('runs are counted by outcome, and the queue by state, with what is dead and how long the oldest waits', async () => {
  const figure = async (series: string) => {
    const text = await (await fetch(`http://127.0.0.1:${worker.opsPort}/metrics`)).text();
    return Number(text.split('\n').find((line) => line.startsWith(`confab_job${series},process="worker"}`))?.split(' ')[1]);
  };
  const done = await figure('s_total{task="delete-old-sessions",outcome="done"');
  await outcomeOf(await utils.addJob('delete-old-sessions', {}));
  await expect.poll(() => figure('s_total{task="delete-old-sessions",outcome="done"')).toBe(done + 1);
  const [waits, dead] = [await utils.addJob('nobody-knows', {}, { runAt: new Date(Date.now() - 90_000) }), await utils.addJob('nobody-knows', {}, { maxAttempts: 1 })];
  await utils.permanentlyFailJobs([dead.id], 'for a test');
  const other = () => Promise.all(['s_queued{task="other",state="ready"', 's_dead{task="other"', 's_oldest_ready_age_seconds{task="other"'].map(figure));
  await expect.poll(other, { timeout: 10_000 }).toEqual([1, 1, expect.toSatisfy((age: number) => age >= 90)]);
  await utils.completeJobs([waits.id, dead.id]);
  await expect.poll(other, { timeout: 10_000 }).toEqual([0, 0, 0]);
});

test.each([
  ['without job tables', 'drop schema graphile_worker cascade', false],
  ['with job tables that are too old', 'delete from graphile_worker.migrations where id = (select max(id) from graphile_worker.migrations)', true],
  ['with a schema that is too old', 'delete from pgmigrations where id = (select max(id) from pgmigrations)', true],
])('%s it does not start, makes none, and says what mends it', async (_what, text, hasTables) => {
  const other = await createTestDatabase();
  const otherUtils = await makeWorkerUtils({ connectionString: other.url, logger: new Logger(() => () => undefined) });
  try {
    await otherUtils.withPgClient((client) => client.query(text));
    await expect(start(other)).rejects.toThrow(/pnpm migrate up/);
    const { rows } = await otherUtils.withPgClient((client) => client.query("select to_regclass('graphile_worker.migrations') is not null as there"));
    expect(rows).toEqual([{ there: hasTables }]);
  } finally {
    await otherUtils.release();
    await other.drop();
  }
});

test('a wrong environment stops the start with the whole list', async () => {
  const wrong = start(database, { WORKER_OPS_PORT: 'many', CONFAB_SECRET: 'short', CONFAB_SPEED: '1' });
  await expect(wrong).rejects.toThrow(/WORKER_OPS_PORT must be[^]*CONFAB_SECRET must be[^]*CONFAB_SPEED is unknown/);
});

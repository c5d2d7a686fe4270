import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { createLogger, createMetrics, type Context, type Freshness, runInContext } from '@confab/runtime';
import { createTestDatabase, freePort, startTcpProxy, type TcpProxy, type TestDatabase } from '@confab/testing';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDatabase, type Database } from './database.ts';
import { queryTimeouts, replicaTimeouts } from './pool.ts';
import type { Position } from './position.ts';

const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
let clone: TestDatabase;
let wire: TcpProxy;
let db: Database;

beforeAll(async () => {
  clone = await createTestDatabase();
  const maker = createDatabase({ primaryUrl: clone.url, replicaUrls: [], applicationName: 'test', logger });
  await sql`
    create function conflict_on_replica() returns text language plpgsql as $$
    begin
      if pg_is_in_recovery() then raise exception 'canceling statement due to conflict with recovery' using errcode = '40001'; end if;
      return 'answered';
    end $$`.execute(maker.primary);
  await maker.stop();
});

afterAll(() => clone.drop());

beforeEach(async () => {
  wire = await startTcpProxy(clone.replicaUrl);
  db = open([wire.url]);
});

afterEach(async () => {
  await db.stop();
  await wire.stop();
});

const open = (replicaUrls: string[], metrics = createMetrics({ process: 'test' }), maxReplicaLagMs = 300) =>
  createDatabase({ primaryUrl: clone.url, replicaUrls, applicationName: 'confab-replica-test', logger, metrics, maxReplicaLagMs });

/** A read of somebody who must see that much. */
const reading = <T>(freshness: Freshness, work: () => Promise<T>): Promise<T> => runInContext({ requestId: 'r', freshness }, work);

async function servedBy(database: Database, freshness: Freshness = {}): Promise<'primary' | 'replica'> {
  const query = sql<{ on_replica: boolean }>`select pg_is_in_recovery() as on_replica`;
  const { rows } = await reading(freshness, () => database.read((from) => query.execute(from)));
  return rows[0]?.on_replica === true ? 'replica' : 'primary';
}

const inRotation = (database = db) => expect.poll(() => servedBy(database), { timeout: 10_000, interval: 20 }).toBe('replica');
const outOfRotation = (database = db) => expect.poll(() => servedBy(database), { timeout: 10_000, interval: 20 }).toBe('primary');

/** Writes one row and says at which position it is. */
async function insert(id: string): Promise<Position> {
  const context: Context = { requestId: 'r' };
  await runInContext(context, () => db.write((tx) => tx.insertInto('stream').values({ id }).execute()));
  return context.position ?? '';
}

test('reads go to the replica as soon as it has answered, statements only', async () => {
  expect(await servedBy(db)).toBe('primary');
  await inRotation();
  const transaction = db.read((from) => from.transaction().execute(async () => undefined));
  await expect(transaction).rejects.toThrow('a transaction belongs to write or snapshot');
});

test('a read that names a position always shows it, and comes to the replica when that has it', async () => {
  await inRotation();
  for (let i = 0; i < 40; i++) {
    const position = await insert(`read-${i}`);
    const found = await reading({ positions: [position] }, () => db.read((from) => from.selectFrom('stream').select('id').where('id', '=', `read-${i}`).execute()));
    expect(found).toHaveLength(1);
  }
  const position = await insert('read-last');
  await expect.poll(() => servedBy(db, { positions: [position] }), { timeout: 10_000, interval: 20 }).toBe('replica');
});

test('no read fails when the replica dies, and it is used again when it is back', async () => {
  await inRotation();
  wire.cut();
  for (let i = 0; i < 20; i++) expect(await servedBy(db)).toBe('primary');
  wire.restore();
  await inRotation();
});

test('what was under way on a replica that hangs is answered by the primary', async () => {
  await inRotation();
  wire.hang();
  const startedAt = performance.now();
  expect(await Promise.all([servedBy(db), servedBy(db), servedBy(db)])).toEqual(['primary', 'primary', 'primary']);
  // Long before the time limit of a query.
  expect(performance.now() - startedAt).toBeLessThan(6_000);
  wire.restore();
  await inRotation();
});

test('what this request has written itself it reads, too', async () => {
  await inRotation();
  for (let i = 0; i < 20; i++) {
    const found = await reading({}, async () => {
      await db.write((tx) => tx.insertInto('stream').values({ id: `own-${i}` }).execute());
      return db.read((from) => from.selectFrom('stream').select('id').where('id', '=', `own-${i}`).execute());
    });
    expect(found).toHaveLength(1);
  }
});

test('what all replicas in rotation show can be waited for, and none that is out is waited for', async () => {
  // So much as no busy machine makes it lag.
  const patient = open([wire.url], createMetrics({ process: 'test' }), 15_000);
  try {
    await inRotation(patient);
    for (let i = 0; i < 10; i++) {
      const position = await insert(`awaited-${i}`);
      await patient.awaitReplicas(position);
      expect(await servedBy(patient, { positions: [position] })).toBe('replica');
    }
    wire.cut();
    await outOfRotation(patient);
    await patient.awaitReplicas('FFFFFFFF/FFFFFFFF');
  } finally {
    await patient.stop();
  }
});

test('where nobody knows how new, the primary answers', async () => {
  await inRotation();
  expect(await servedBy(db, { onPrimary: true })).toBe('primary');
});

test('a read goes again as a whole where recovery cancels it; other errors do not', async () => {
  const metrics = createMetrics({ process: 'test' });
  const counted = open([wire.url], metrics);
  await inRotation(counted);
  const targets: string[] = [];
  const { rows } = await counted.read(async (from, target) => {
    targets.push(target);
    await sql`select 1`.execute(from);
    return sql`select conflict_on_replica() as said`.execute(from);
  });
  expect(rows).toEqual([{ said: 'answered' }]);
  expect(targets).toEqual(['replica', 'primary']);
  await expect(counted.read((from) => sql`select 1 / 0`.execute(from))).rejects.toMatchObject({ code: '22012' });
  await expect(counted.read(() => Promise.reject(Object.assign(new Error('of something else'), { code: 'ECONNREFUSED' })))).rejects.toThrow('of something else');
  expect(await servedBy(counted)).toBe('replica');
  const lines = (await metrics.registry.metrics()).split('\n');
  expect(lines).toContain('confab_db_reads_total{target="primary",reason="conflict",process="test"} 1');
  expect(lines).toContain('confab_db_replica_in_rotation{replica="1",process="test"} 1');
  await counted.stop();
});

test('a conflict on one replica is answered by the other', async () => {
  const both = open([wire.url, clone.replicaUrl]);
  await inRotation(both);
  const targets: string[] = [];
  await expect.poll(async () => {
    targets.length = 0;
    await both.read(async (from, target) => {
      targets.push(target);
      if (targets.length === 1) await sql`select conflict_on_replica()`.execute(from);
    });
    return targets;
  }, { timeout: 10_000, interval: 20 }).toEqual(['replica', 'replica']);
  await both.stop();
});

test('whoever has seen an event is not shown a time before it', async () => {
  await inRotation();
  await insert('room:seen');
  const head = (n: number) => db.write((tx) => tx.updateTable('stream').set({ head: n }).where('id', '=', 'room:seen').execute());
  for (let n = 1; n <= 40; n++) {
    await head(n);
    const [found] = await reading({ seen: new Map([['room:seen', n]]) }, () => db.read((from) => from.selectFrom('stream').select('head').where('id', '=', 'room:seen').execute()));
    expect(found?.head).toBe(n);
  }
  await expect.poll(() => servedBy(db, { seen: new Map([['room:seen', 40]]) }), { timeout: 10_000, interval: 20 }).toBe('replica');
  expect(await servedBy(db, { seen: new Map([['room:seen', 41]]) })).toBe('primary');
  expect(await servedBy(db, { seen: new Map([['room:unknown', 1]]) })).toBe('primary');
  expect(await servedBy(db, { seen: new Map([['room:unknown', 0]]) })).toBe('replica');
});

test('the check of what was seen costs no round trip', async () => {
  const turns = await startTurnCounter(wire.url);
  const counted = open([turns.url]);
  await inRotation(counted);
  await insert('room:counted');
  const read = () => counted.read(async (from, target) => (await sql`select 'marked'`.execute(from), target));
  const asked = (seen: Map<string, number>) => expect.poll(() => (turns.reset(), reading({ seen }, read)), { timeout: 10_000 }).toBe('replica');
  await asked(new Map());
  const without = turns.count;
  await asked(new Map([['room:counted', 0]]));
  expect([without, turns.count]).toEqual([1, 1]);
  await counted.stop();
  await turns.stop();
});

test('reads go where the fewest are under way: a replica that hangs holds up one, not every second', async () => {
  const metrics = createMetrics({ process: 'test' });
  const both = open([wire.url, clone.replicaUrl], metrics);
  await expect.poll(async () => (await metrics.registry.metrics()).match(/in_rotation.* 1$/gm)?.length, { timeout: 10_000 }).toBe(2);
  wire.hang();
  const reads: Promise<string>[] = [];
  for (let i = 0; i < 10; i++) {
    const read = servedBy(both);
    reads.push(read);
    await Promise.race([read, new Promise((resolve) => setTimeout(resolve, 100))]);
  }
  // Who had waited for a connection to the one that hangs has no time to try the other, and is answered by the primary.
  const onPrimary = (await Promise.all(reads)).filter((target) => target === 'primary').length;
  const again = /reads_total\{target="replica",reason="again".* (\d+)$/m.exec(await metrics.registry.metrics())?.[1];
  expect(Number(again) + onPrimary).toBeLessThanOrEqual(3);
  await both.stop();
});

test('a read waits two seconds in all where every connection of every server is lent out', async () => {
  const metrics = createMetrics({ process: 'test' });
  const few = createDatabase({ primaryUrl: clone.url, replicaUrls: [wire.url, clone.replicaUrl], applicationName: 'confab-replica-test', logger, metrics, poolSize: 1 });
  await expect.poll(async () => (await metrics.registry.metrics()).match(/in_rotation.* 1$/gm)?.length, { timeout: 10_000 }).toBe(2);
  const sleeping = { replica: 0, primary: 0 };
  const sleep = (freshness: Freshness) =>
    reading(freshness, () => few.read((from, target) => ((sleeping[target] += 1), sql`select pg_sleep(4)`.execute(from))));
  const sleeps = [sleep({}), sleep({}), sleep({ onPrimary: true })];
  await expect.poll(() => sleeping).toEqual({ replica: 2, primary: 1 });
  // Else it would be answered, when they wake.
  await expect(servedBy(few)).rejects.toThrow('timeout exceeded when trying to connect');
  expect(replicaTimeouts.poolWaitMs + queryTimeouts.poolWaitMs).toBeLessThanOrEqual(2_000);
  expect(await metrics.registry.metrics()).toContain('confab_db_reads_total{target="primary",reason="busy",process="test"} 1');
  await Promise.all(sleeps);
  await few.stop();
});

test('a replica that lags above the limit is out, and back when it has caught up; an idle primary is no lag', async () => {
  const replica = new pg.Client(clone.replicaUrl);
  await replica.connect();
  await inRotation();
  await new Promise((resolve) => setTimeout(resolve, 700));
  await expect.poll(() => servedBy(db), { timeout: 10_000 }).toBe('replica');
  try {
    // Short: other files use the same replica.
    await replica.query('select pg_wal_replay_pause()');
    await insert('lag');
    await outOfRotation();
  } finally {
    await replica.query('select pg_wal_replay_resume()');
    await replica.end();
  }
  await inRotation();
});

test('a server that is a primary itself is never read from', async () => {
  const wrong = open([clone.url]);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await wrong.read(async (_from, target) => target)).toBe('primary');
  await wrong.stop();
});

test('with two replicas the one that lives serves everything', async () => {
  const both = open([wire.url, clone.replicaUrl]);
  await inRotation(both);
  wire.cut();
  // Until the poll has seen it: what comes before that falls back to the primary.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  for (let i = 0; i < 10; i++) expect(await servedBy(both)).toBe('replica');
  await both.stop();
});

/** A wire that counts how often the client spoke after the server did, on the connection that carried the word `marked`. */
async function startTurnCounter(targetUrl: string) {
  const target = new URL(targetUrl);
  let count = 0;
  const resets = new Set<() => void>();
  const server = createServer((near) => {
    const far = connect({ host: target.hostname, port: Number(target.port) });
    let turns = 0;
    let isAnswered = true;
    resets.add(() => void (turns = 0));
    near.on('data', (chunk) => {
      if (isAnswered) turns += 1;
      isAnswered = false;
      if (chunk.includes('marked')) count = turns;
      far.write(chunk);
    });
    far.on('data', (chunk) => ((isAnswered = true), near.write(chunk)));
    for (const [socket, other] of [[near, far], [far, near]] as const) socket.on('error', () => undefined).once('close', () => other.destroy());
  });
  const port = await freePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(targetUrl);
  url.host = `127.0.0.1:${port}`;
  return {
    url: url.href,
    get count() {
      return count;
    },
    reset: () => resets.forEach((reset) => reset()),
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

import { loadavg } from 'node:os';
import pg from 'pg';
import { database, startOwnServers } from '../faults/own-servers.ts';
import { createGetter, machine, measure, printTable, round } from './measure.ts';
import type { Measured } from './measure.ts';
import { recordStatements, startPlainExpress } from './references.ts';
import type { Statement } from './references.ts';
import { fill } from './world.ts';

const concurrency = 16;
const secret = Buffer.alloc(32, 9);

interface Result extends Measured {
  readonly read: string;
  readonly by: string;
}

/** What replicas and caches give to reads, as shares of what bare pg does with the same statements and plain Express with the same bytes. */
export async function benchReads({ ms }: { ms: number }): Promise<void> {
  const facts = machine();
  const servers = await startOwnServers({ replicas: 2 });
  const getter = createGetter(concurrency);
  const run = { concurrency, warmUpMs: ms / 4, ms };
  const results: Result[] = [];
  try {
    const { members, roomId, olderThan } = await fill(servers);
    const reads = [
      { name: 'newest page', path: `/rooms/${roomId}/messages?limit=50` },
      { name: 'older page', path: `/rooms/${roomId}/messages?limit=50&before=${olderThan}` },
      { name: 'room list', path: '/rooms?limit=50' },
    ];
    const headersOf = members.map(({ confab, address }) => ({ authorization: `Bearer ${confab.auth.session?.accessToken ?? ''}`, 'x-forwarded-for': address }));
    const bodies = new Map<string, Buffer>();

    for (const caches of [true, false]) {
      for (const replicas of [0, 1, 2]) {
        const urls = servers.replicas.slice(0, replicas).map((replica) => replica.databaseUrl(database));
        const api = await servers.startApp('api', { DATABASE_REPLICA_URLS: urls.join(','), CACHES: String(caches) });
        const base = `http://127.0.0.1:${api.port}/api/v1`;
        await servers.outliveDoubt();
        await inRotation(api.opsPort, replicas);
        for (const { name, path } of reads) {
          await servers.forgetLimits();
          let turn = 0;
          const measured = await measure(async () => bodies.set(name, await getter.get(`${base}${path}`, headersOf[(turn += 1) % headersOf.length])), run);
          results.push({ read: name, by: `${replicas} replicas, caches ${caches ? 'on' : 'off'}`, ...measured });
        }
        await api.stop();
      }
    }

    const express = await startPlainExpress();
    for (const { name } of reads) {
      express.answer(`/${encodeURIComponent(name)}`, bodies.get(name) ?? Buffer.alloc(0));
      await getter.get(`${express.url}/${encodeURIComponent(name)}`);
      results.push({ read: name, by: 'plain Express', ...(await measure(() => getter.get(`${express.url}/${encodeURIComponent(name)}`), run)) });
    }
    await express.stop();

    const token = members[0]?.confab.auth.session?.accessToken ?? '';
    const databaseUrl = servers.primary.databaseUrl(database);
    const recorded = await recordStatements({ databaseUrl, redisUrl: servers.redis.url, secret, accessToken: token }, [
      (core, actor) => core.messages.list(actor, roomId, { limit: 50 }),
      (core, actor) => core.messages.list(actor, roomId, { limit: 50, before: olderThan }),
      (core, actor) => core.rooms.list(actor, { limit: 50 }),
    ]);
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
    for (const [index, { name }] of reads.entries()) results.push({ read: name, by: 'bare pg', ...(await measure(() => inTurn(pool, recorded[index] ?? []), run)) });
    await pool.end();
  } finally {
    getter.close();
    await servers.stop();
  }
  report({ ...facts, loadAfter: round(loadavg()[0] ?? 0), concurrency, secondsEach: ms / 1000 }, results);
}

async function inTurn(pool: pg.Pool, statements: readonly Statement[]): Promise<void> {
  const client = await pool.connect();
  try {
    for (const { text, values } of statements) await client.query(text, [...values]);
  } finally {
    client.release();
  }
}

async function inRotation(opsPort: number, count: number): Promise<void> {
  for (;;) {
    const text = await (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text();
    if ((text.match(/^confab_db_replica_in_rotation.* 1$/gm)?.length ?? 0) === count) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function report(facts: object, results: readonly Result[]): void {
  const rateOf = (read: string, by: string) => results.find((result) => result.read === read && result.by === by)?.perSecond ?? Number.NaN;
  const rows = results.map(({ read, by, perSecond, p50Ms, p99Ms, failed }) => ({
    read, by, 'a second': perSecond, 'of bare pg': round(perSecond / rateOf(read, 'bare pg')), 'of plain Express': round(perSecond / rateOf(read, 'plain Express')), 'p50 ms': p50Ms, 'p99 ms': p99Ms, failed,
  }));
  console.log('\nServers, processes and load share the machine; bare pg runs in the process that makes the load.');
  console.log(Object.entries(facts).map(([name, value]) => `${name} ${value}`).join(', '));
  printTable(rows);
  console.log(JSON.stringify({ bench: 'reads', ...facts, results }));
  if (results.some(({ failed }) => failed > 0)) process.exitCode = 1;
}

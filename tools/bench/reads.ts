import { loadavg } from 'node:os';
import type { Actor, Core } from '@confab/core';
import pg from 'pg';
import { database, startOwnServers } from '../faults/own-servers.ts';
import { cpuMs, createGetter, machine, measure, printTable, round } from './measure.ts';
import type { Measured } from './measure.ts';
import { recordStatements, startPlainExpress } from './references.ts';
import type { Statement } from './references.ts';
import { fill } from './world.ts';

const concurrency = 16;
const secret = Buffer.alloc(32, 9);

interface Result extends Measured {
  readonly read: string;
  readonly replicas: number;
  readonly caches: boolean;
  /** The same statements by bare pg, and the same bytes by plain Express, measured right after it. */
  readonly ofPg: number;
  readonly ofExpress: number;
  readonly pgPerSecond: number;
  /** CPU time of a request, in milliseconds: of the API process, of the primary with all its processes, and of plain Express for the same bytes. */
  readonly apiCpuMs: number;
  readonly primaryCpuMs: number;
  readonly expressCpuMs: number;
  readonly expressPerSecond: number;
}

/** What replicas and caches give to reads. Whatever else the machine does, the references beside each figure have met it too. */
export async function benchReads({ ms }: { ms: number }): Promise<void> {
  const facts = machine();
  const servers = await startOwnServers({ replicas: 2 });
  const getter = createGetter(concurrency);
  const express = await startPlainExpress();
  const databaseUrl = servers.primary.databaseUrl(database);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
  const run = { concurrency, warmUpMs: ms / 4, ms };
  const brief = { concurrency, warmUpMs: ms / 8, ms: ms / 2 };
  const results: Result[] = [];
  try {
    const { members, roomId, olderThan } = await fill(servers);
    const reads = [
      { name: 'newest page', path: `/rooms/${roomId}/messages?limit=50`, ask: (core: Core, actor: Actor) => core.messages.list(actor, roomId, { limit: 50 }) },
      { name: 'older page', path: `/rooms/${roomId}/messages?limit=50&before=${olderThan}`, ask: (core: Core, actor: Actor) => core.messages.list(actor, roomId, { limit: 50, before: olderThan }) },
      { name: 'room list', path: '/rooms?limit=50', ask: (core: Core, actor: Actor) => core.rooms.list(actor, { limit: 50 }) },
    ];
    const token = members[1]?.confab.auth.session?.accessToken ?? '';
    const recorded = await recordStatements({ databaseUrl, redisUrl: servers.redis.url, secret, accessToken: token }, reads.map(({ ask }) => ask));
    const headersOf = members.map(({ confab, address }) => ({ authorization: `Bearer ${confab.auth.session?.accessToken ?? ''}`, 'x-forwarded-for': address }));

    for (const caches of [true, false]) {
      for (const replicas of [0, 1, 2]) {
        const urls = servers.replicas.slice(0, replicas).map((replica) => replica.databaseUrl(database));
        const api = await servers.startApp('api', { DATABASE_REPLICA_URLS: urls.join(','), CACHES: String(caches) });
        await servers.outliveDoubt();
        await inRotation(api.opsPort, replicas);
        for (const [index, { name, path }] of reads.entries()) {
          await servers.forgetLimits();
          let turn = 0;
          let body: Buffer = Buffer.alloc(0);
          const begun = { api: cpuMs(api.pid), primary: cpuMs(servers.primary.pid) };
          const measured = await measure(async () => (body = await getter.get(`http://127.0.0.1:${api.port}/api/v1${path}`, headersOf[(turn += 1) % headersOf.length])), run);
          const [apiCpuMs, primaryCpuMs] = [(cpuMs(api.pid) - begun.api) / turn, (cpuMs(servers.primary.pid) - begun.primary) / turn].map(round) as [number, number];
          express.answer('/answer', body);
          await getter.get(`${express.url}/answer`);
          const expressBegun = cpuMs(express.pid);
          let plain = 0;
          const { perSecond: expressPerSecond } = await measure(() => ((plain += 1), getter.get(`${express.url}/answer`)), brief);
          const expressCpuMs = round((cpuMs(express.pid) - expressBegun) / plain);
          const { perSecond: pgPerSecond } = await measure(() => inTurn(pool, recorded[index] ?? []), brief);
          results.push({ read: name, replicas, caches, ...measured, ofPg: round(measured.perSecond / pgPerSecond), ofExpress: round(measured.perSecond / expressPerSecond), pgPerSecond, expressPerSecond, apiCpuMs, primaryCpuMs, expressCpuMs });
        }
        await api.stop();
      }
    }
  } finally {
    getter.close();
    await express.stop();
    await pool.end();
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
  console.log('\nServers, processes and load share the machine. The references were measured right after each line; bare pg runs in the process that makes the load.');
  console.log(Object.entries(facts).map(([name, value]) => `${name} ${value}`).join(', '));
  printTable(
    results.map(({ read, replicas, caches, perSecond, ofPg, ofExpress, apiCpuMs, primaryCpuMs, expressCpuMs, p50Ms, p99Ms, failed }) => ({
      read, replicas, caches: caches ? 'on' : 'off', 'of bare pg': ofPg, 'of plain Express': ofExpress, 'a second': perSecond, 'API CPU ms': apiCpuMs, 'primary CPU ms': primaryCpuMs, 'Express CPU ms': expressCpuMs, 'p50 ms': p50Ms, 'p99 ms': p99Ms, failed,
    })),
  );
  console.log(JSON.stringify({ bench: 'reads', ...facts, results }));
  if (results.some(({ failed }) => failed > 0)) process.exitCode = 1;
}

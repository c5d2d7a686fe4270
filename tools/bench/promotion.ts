import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { database, startOwnServers } from '../faults/own-servers.ts';
import type { Postgres } from '../stack/postgres.ts';
import { machine, printTable, round } from './measure.ts';

const writers = 8;
const rounds = 4;

/** What a promotion loses: commits as fast as they go, the primary killed, its standby promoted, and what was acknowledged looked for. */
export async function benchPromotion({ ms }: { ms: number }): Promise<void> {
  const results = [];
  for (const synchronous of ['', 'on', 'remote_apply']) {
    for (let index = 1; index <= rounds; index += 1) results.push(await once(synchronous, ms));
  }
  console.log(Object.entries(machine()).map(([name, value]) => `${name} ${value}`).join(', '));
  printTable(results);
  console.log(JSON.stringify({ bench: 'promotion', writers, results }));
}

async function once(synchronous: string, ms: number) {
  const servers = await startOwnServers({ replicas: 1 });
  const [standby] = servers.replicas as [Postgres];
  try {
    await using(servers.primary, async (client) => {
      await client.query('CREATE TABLE acknowledged (n int)');
      if (synchronous === '') return;
      await client.query("ALTER SYSTEM SET synchronous_standby_names = 'replica_1'");
      await client.query(`ALTER SYSTEM SET synchronous_commit = '${synchronous}'`);
      await client.query('SELECT pg_reload_conf()');
      while ((await client.query("SELECT FROM pg_stat_replication WHERE sync_state = 'sync'")).rowCount === 0) await sleep(20);
    });
    const acknowledged: number[] = [];
    let next = 0;
    const startedAt = performance.now();
    const working = Array.from({ length: writers }, async () => {
      const client = new Client({ connectionString: servers.primary.databaseUrl(database) });
      client.on('error', () => undefined);
      await client.connect();
      try {
        for (;;) {
          const n = (next += 1);
          await client.query('INSERT INTO acknowledged VALUES ($1)', [n]);
          acknowledged.push(n);
        }
      } catch {
        // The primary is gone.
      } finally {
        await client.end().catch(() => undefined);
      }
    });
    await sleep(ms);
    servers.primary.signal('SIGKILL');
    await Promise.all(working);
    const seconds = (performance.now() - startedAt) / 1000;
    await servers.promote(standby);
    const there = await using(standby, async (client) => new Set((await client.query<{ n: number }>('SELECT n FROM acknowledged')).rows.map(({ n }) => n)));
    const lost = acknowledged.filter((n) => !there.has(n)).length;
    return { standby: synchronous === '' ? 'asynchronous' : `synchronous, ${synchronous}`, acknowledged: acknowledged.length, lost, 'a second': round(acknowledged.length / seconds) };
  } finally {
    await servers.stop();
  }
}

async function using<T>(server: Postgres, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: server.databaseUrl(database) });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

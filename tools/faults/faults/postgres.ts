import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { Fault } from '../harness/fault.ts';
import { database } from '../own-servers.ts';

const terminate = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";

const replayPaused: Fault = {
  name: 'replica-replay-paused',
  async begin({ servers }) {
    await servers.onReplica(0, 'SELECT pg_wal_replay_pause()');
    return () => servers.onReplica(0, 'SELECT pg_wal_replay_resume()');
  },
};

const terminated: Fault = {
  name: 'backends-terminated',
  async begin({ sql }) {
    for (let time = 0; time < 4; time += 1) {
      await sql(terminate);
      await sleep(500);
    }
    return () => undefined;
  },
};

/** How PostgreSQL ends what it says of a commit, whether it took effect or was turned into a rollback: it is idle again. */
const idleAgain = 'Z\0\0\0\u0005I';

const commitCut: Fault = {
  name: 'commit-reply-cut',
  async begin({ apis }) {
    let cut = 0;
    await Promise.all(
      apis.map(async ({ wires }) => {
        for (let time = 0; time < 5; time += 1) await Promise.race([wires.primary.loseAnswerTo('commit;', idleAgain).then(() => (cut += 1)), sleep(5_000)]);
      }),
    );
    if (cut === 0) throw new Error('no answer to a commit was cut');
    // One that was ordered and not met must not be met later.
    return () => apis.forEach(({ wires }) => wires.primary.restore());
  },
};

/** Not one connection is left, and those that there were are gone. */
const exhausted: Fault = {
  name: 'connections-exhausted',
  async begin({ servers: { primary } }) {
    const held = new Set<Client>();
    const take = async (): Promise<boolean> => {
      const client = new Client({ connectionString: primary.databaseUrl(database), connectionTimeoutMillis: 2_000, application_name: 'hoarder' });
      client.on('error', () => held.delete(client));
      try {
        await client.connect();
        held.add(client);
        return true;
      } catch {
        return false;
      }
    };
    const fill = async (): Promise<void> => {
      while (await take());
    };
    await fill();
    const [first] = held;
    await first?.query(`${terminate} AND application_name <> 'hoarder'`).catch(() => undefined);
    await fill();
    if (held.size === 0) throw new Error('not one connection was taken');
    let isOver = false;
    const hoarding = (async () => {
      while (!isOver) {
        await fill();
        await sleep(50);
      }
    })();
    return async () => {
      isOver = true;
      await hoarding;
      await Promise.allSettled([...held].map((client) => client.end()));
    };
  },
};

const hotRow: Fault = {
  name: 'hot-row-locked',
  lastsMs: 30_000,
  async begin({ servers: { primary } }, { rooms }) {
    const client = new Client({ connectionString: primary.databaseUrl(database) });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('BEGIN');
    await client.query('SELECT FROM stream WHERE id = $1 FOR UPDATE', [`room:${rooms[0]}`]);
    return async () => {
      await client.query('ROLLBACK');
      await client.end();
    };
  },
};

export const postgresFaults: readonly Fault[] = [replayPaused, terminated, commitCut, exhausted, hotRow];

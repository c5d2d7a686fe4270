import { setTimeout as sleep } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';
import type { Fault } from '../harness/fault.ts';
import { ask, database } from '../own-servers.ts';
import { assertHappened, awaitHappened } from './proof.ts';
import { begun, repeated } from './repeated.ts';

const terminate = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";

const replayPaused: Fault = {
  name: 'replica-replay-paused',
  async begin({ servers: { replicas } }) {
    const url = replicas[0]?.databaseUrl(database) ?? '';
    const isSo = async (condition: string): Promise<boolean> => (await ask<{ isSo: boolean }>(url, `SELECT ${condition} AS "isSo"`))[0]?.isSo ?? false;
    await ask(url, 'SELECT pg_wal_replay_pause()');
    await awaitHappened(() => isSo("pg_get_wal_replay_pause_state() = 'paused'"), 'the replica replays on');
    return async () => {
      assertHappened(await isSo('pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()'), 'the replica has replayed all that it was sent');
      await ask(url, 'SELECT pg_wal_replay_resume()');
    };
  },
};

const terminated: Fault = {
  name: 'backends-terminated',
  repeatsJobs: true,
  begin({ sql }) {
    let count = 0;
    const stop = repeated(async () => {
      const rows = await sql(terminate);
      count += rows.length;
    }, 500);
    return Promise.resolve(async () => {
      await stop();
      assertHappened(count > 0, 'there was no backend to terminate');
    });
  },
};

/** How PostgreSQL ends what it says of a commit, whether it took effect or was turned into a rollback: it is idle again. */
const idleAgain = 'Z\0\0\0\u0005I';

const commitCut: Fault = {
  name: 'commit-reply-cut',
  begin({ apis }) {
    let cut = 0;
    const cutting = apis.map(async ({ wires }) => {
      for (let time = 0; time < 5; time += 1) await Promise.race([wires.primary.loseAnswerTo('commit;', idleAgain).then(() => (cut += 1)), sleep(5_000)]);
    });
    const end = begun(Promise.all(cutting));
    return Promise.resolve(async () => {
      await end();
      // One that was ordered and not met must not be met later.
      for (const { wires } of apis) wires.primary.restore();
      assertHappened(cut > 0, 'no answer to a commit was cut');
    });
  },
};

const tooMany = '53300';

/** Not one connection is left, and those that there were are gone. */
const exhausted: Fault = {
  name: 'connections-exhausted',
  async begin({ servers: { primary } }) {
    const held = new Set<Client>();
    /** Answers why it was refused. */
    const take = async (): Promise<unknown> => {
      const client = new Client({ connectionString: primary.databaseUrl(database), connectionTimeoutMillis: 2_000, application_name: 'hoarder' });
      client.on('error', () => held.delete(client));
      try {
        await client.connect();
        held.add(client);
        return undefined;
      } catch (error) {
        return error;
      }
    };
    const fill = async (): Promise<void> => {
      while ((await take()) === undefined);
    };
    await fill();
    const [first] = held;
    await first?.query(`${terminate} AND application_name <> 'hoarder'`).catch(() => undefined);
    await fill();
    const stop = repeated(fill, 50);
    return async () => {
      const isRefused = async (): Promise<boolean> => {
        const why = await take();
        return why instanceof DatabaseError && why.code === tooMany;
      };
      await awaitHappened(isRefused, `a further connection is given, or refused for something else, with ${held.size} held`);
      await stop();
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
    const { rowCount } = await client.query('SELECT FROM stream WHERE id = $1 FOR UPDATE', [`room:${rooms[0]}`]);
    assertHappened(rowCount === 1, `${rowCount} rows were locked`);
    return async () => {
      await client.query('ROLLBACK');
      await client.end();
    };
  },
};

export const postgresFaults: readonly Fault[] = [replayPaused, terminated, commitCut, exhausted, hotRow];

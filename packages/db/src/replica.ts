import type { Logger } from '@confab/runtime';
import { Kysely } from 'kysely';
import type pg from 'pg';
import type { Db } from './database.ts';
import { dialect } from './dialect.ts';
import { numberTypes } from './integers.ts';
import type { Observer } from './observer.ts';
import { createPool, pollTimeouts, replicaTimeouts } from './pool.ts';
import type { ObservePool } from './pool-metrics.ts';
import { ReplicaDriver, ReplicaFailed } from './replica-driver.ts';
import { type PrimaryHistory, type ReplicaAnswer, ReplicaHealth } from './replica-health.ts';

export type ReplicaOptions = {
  applicationName: string;
  poolSize: number;
  maxLagMs: number;
  logger: Logger;
  observe: Observer;
  observePool: ObservePool;
  /** Whom to tell that the replica of this number, from 1, is out of rotation or back. */
  told: (number: number) => (isOut: boolean) => void;
};

export type Replica = {
  readonly label: string;
  readonly health: ReplicaHealth;
  /** How many reads are under way. */
  readonly load: number;
  /** All statements of the work on one connection. Throws ReplicaFailed where another server must answer. */
  run<T>(seen: ReadonlyMap<string, number>, work: (db: Db) => Promise<T>): Promise<T>;
  poll(history: PrimaryHistory): Promise<void>;
  stop(): Promise<void>;
};

export function openReplica(url: string, number: number, options: ReplicaOptions): Replica {
  const label = `replica ${number}`;
  const { applicationName, poolSize, maxLagMs, logger, observe, observePool } = options;
  const pool = createPool({ url, applicationName, size: poolSize, logger, timeouts: replicaTimeouts, types: numberTypes, pipeline: true });
  observePool(`replica_${number}`, pool);
  const polls = openPolls(url, options);
  const health = new ReplicaHealth({ label, logger, maxLagMs, told: options.told(number) });
  const driver = new ReplicaDriver(pool, observe);
  const db: Db = new Kysely({ dialect: dialect(driver) });
  let load = 0;

  return {
    label,
    health,
    get load() {
      return load;
    },
    async run(seen, work) {
      load += 1;
      try {
        return await db.connection().execute(async (one) => {
          if (seen.size > 0) await one.getExecutor().provideConnection(async (connection) => driver.expect(connection, seen));
          return work(one);
        });
      } catch (error) {
        if (error instanceof ReplicaFailed && error.failure === 'dead') health.eject('no answer', { err: error.cause });
        throw error;
      } finally {
        load -= 1;
      }
    },
    async poll(history) {
      try {
        const { rows } = await polls.query<ReplicaAnswer>(pollText, [history.epoch ?? null]);
        health.answered(rows[0] ?? { inRecovery: false, replayed: null, isOfHistory: false }, history, performance.now());
      } catch (error) {
        health.eject('no answer', { err: error });
        driver.abandon();
      }
    },
    async stop() {
      await Promise.all([pool.end(), polls.end()]);
    },
  };
}

const pollText = `
  select pg_is_in_recovery() as "inRecovery", pg_last_wal_replay_lsn()::text as replayed,
    $1::text is null or exists (select from epochs where epoch = $1) as "isOfHistory"`;

/** Of its own, so that a pool full of slow queries does not look like a dead server. */
export function openPolls(url: string | (() => string), { applicationName, logger }: Pick<ReplicaOptions, 'applicationName' | 'logger'>): pg.Pool {
  return createPool({ url, applicationName: `${applicationName} poll`, size: 1, logger: logger.child({}, { level: 'error' }), timeouts: pollTimeouts });
}

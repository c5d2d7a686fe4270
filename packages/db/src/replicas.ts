import type { Logger } from '@confab/runtime';
import { Kysely } from 'kysely';
import type pg from 'pg';
import type { Db } from './database.ts';
import { dialect } from './dialect.ts';
import { numberTypes } from './integers.ts';
import type { Observer } from './observer.ts';
import { createPool, pollTimeouts, queryTimeouts } from './pool.ts';
import { parsePosition, type Position } from './position.ts';
import { ReplicaDriver } from './replica-driver.ts';
import { PrimaryHistory, type ReplicaAnswer, ReplicaHealth } from './replica-health.ts';

export type ReplicasOptions = {
  urls: readonly string[];
  primaryUrl: string;
  primary: pg.Pool;
  applicationName: string;
  poolSize: number;
  maxLagMs: number;
  pollMs: number;
  logger: Logger;
  observe: Observer;
  /** Whom to tell that the replica of this number, from 1, is out of rotation or back. */
  told: (number: number) => (isOut: boolean) => void;
};

export type Replicas = {
  /** One in rotation that shows the position, each in its turn; undefined if there is none. */
  pick(position: Position | undefined): Db | undefined;
  stop(): Promise<void>;
};

type Replica = { db: Db; driver: ReplicaDriver; health: ReplicaHealth; pool: pg.Pool; polls: pg.Pool };

/** Asks every server where it is, all the time. None is in rotation until it has answered once. */
export function startReplicas(options: ReplicasOptions): Replicas {
  const { urls, maxLagMs, pollMs, logger } = options;
  if (urls.length === 0) return { pick: () => undefined, stop: async () => undefined };

  const history = new PrimaryHistory(4 * maxLagMs);
  const primaryPolls = pollPool(options, options.primaryUrl);
  const replicas = urls.map((url, index) => openReplica(options, url, index + 1));
  const loops = [startLoop(pollMs, () => pollPrimary(primaryPolls, history)), ...replicas.map((replica) => startLoop(pollMs, () => pollReplica(replica, history)))];
  let turn = 0;

  return {
    pick(position) {
      const least = position === undefined ? 0n : parsePosition(position);
      for (let i = 0; i < replicas.length; i++) {
        const replica = replicas[(turn + i) % replicas.length];
        if (replica?.health.hasReplayed(least) !== true) continue;
        turn = (turn + i + 1) % replicas.length;
        return replica.db;
      }
      return undefined;
    },
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
      await Promise.all([primaryPolls.end(), ...replicas.flatMap((replica) => [replica.pool.end(), replica.polls.end()])]);
      logger.debug('replicas stopped');
    },
  };
}

function openReplica(options: ReplicasOptions, url: string, number: number): Replica {
  const { applicationName, poolSize, logger, primary, observe, maxLagMs } = options;
  // The primary is there too: no reason to wait long for a replica.
  const timeouts = { ...queryTimeouts, connectMs: pollTimeouts.connectMs, poolWaitMs: pollTimeouts.poolWaitMs };
  const pool = createPool({ url, applicationName, size: poolSize, logger, timeouts, types: numberTypes });
  const health = new ReplicaHealth({ label: `replica ${number}`, logger, maxLagMs, told: options.told(number) });
  const driver = new ReplicaDriver({ replica: pool, primary, observe, onFailure: (error) => health.eject('no answer', { err: error }) });
  return { db: new Kysely({ dialect: dialect(driver) }), driver, health, pool, polls: pollPool(options, url) };
}

/** Of its own, so that a pool full of slow queries does not look like a dead server. */
function pollPool({ applicationName, logger }: ReplicasOptions, url: string): pg.Pool {
  return createPool({ url, applicationName: `${applicationName} poll`, size: 1, logger: logger.child({}, { level: 'error' }), timeouts: pollTimeouts });
}

async function pollPrimary(pool: pg.Pool, history: PrimaryHistory): Promise<void> {
  try {
    // Flushed, not inserted: a replica cannot have what is not on the primary's disk, and an idle primary may leave a little there for long.
    const { rows } = await pool.query<{ position: string }>('select pg_current_wal_flush_lsn()::text as position');
    if (rows[0] !== undefined) history.add({ at: performance.now(), position: parsePosition(rows[0].position) });
  } catch {
    // Without a primary nothing new can be missed; readiness and queries say that it is gone.
  }
}

async function pollReplica({ polls, health, driver }: Replica, history: PrimaryHistory): Promise<void> {
  try {
    const { rows } = await polls.query<ReplicaAnswer>('select pg_is_in_recovery() as "inRecovery", pg_last_wal_replay_lsn()::text as replayed');
    health.answered(rows[0] ?? { inRecovery: false, replayed: null }, history, performance.now());
  } catch (error) {
    health.eject('no answer', { err: error });
    driver.abandonReplica();
  }
}

function startLoop(everyMs: number, work: () => Promise<void>): { stop(): Promise<void> } {
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const turn = () => {
    running = work().then(() => {
      if (!isStopped) timer = setTimeout(turn, everyMs);
    });
  };
  turn();
  return {
    stop() {
      isStopped = true;
      clearTimeout(timer);
      return running;
    },
  };
}

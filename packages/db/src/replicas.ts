import { setTimeout as delay } from 'node:timers/promises';
import type { Metrics } from '@confab/runtime';
import type pg from 'pg';
import { epochOf, identityColumns, identityOf, type IdentityRow } from './identity.ts';
import { parsePosition } from './position.ts';
import { openPolls, openReplica, type Replica, type ReplicaOptions } from './replica.ts';
import { connectionsOf } from './pool.ts';
import type { PrimaryHosts } from './primary-hosts.ts';
import { PrimaryHistory } from './replica-health.ts';

export type ReplicasOptions = ReplicaOptions & {
  urls: readonly string[];
  hosts: PrimaryHosts;
  pollMs: number;
  metrics: Metrics | undefined;
};

export type Replicas = {
  /** The one with the fewest reads under way that shows the position and was not `tried`; else why there is none. */
  choose(position: bigint, tried: ReadonlySet<Replica>): Replica | 'none' | 'behind';
  /** Settles when all in rotation show the position, or have had the time that they may lag. */
  awaitShown(position: bigint): Promise<void>;
  states(): readonly ReplicaState[];
  stop(): Promise<void>;
};

/** By its place in the configuration, from 1. */
export type ReplicaState = { readonly replica: number; readonly isInRotation: boolean; readonly lagMs: number };

/** Asks every server where it is, all the time. None is in rotation until it has answered well. */
export function startReplicas(options: ReplicasOptions): Replicas {
  const { urls, hosts, pollMs, maxLagMs, logger, metrics } = options;
  if (urls.length === 0) return { choose: () => 'none', awaitShown: async () => undefined, states: () => [], stop: async () => undefined };

  const history = new PrimaryHistory(4 * maxLagMs);
  const primaryPolls = openPolls(() => hosts.url, options);
  const polling = connectionsOf(primaryPolls);
  hosts.onMove(() => polling.drop());
  const replicas = urls.map((url, index) => openReplica(url, index + 1, options));
  const report = createReport(metrics);
  const loops = [
    startLoop(pollMs, () => pollPrimary(primaryPolls, history)),
    ...replicas.map((replica, index) => startLoop(pollMs, () => replica.poll(history).then(() => report(replica, index)))),
  ];
  let turn = 0;

  return {
    choose(position, tried) {
      const inRotation = replicas.filter((replica) => replica.health.isHealthy && !tried.has(replica));
      const fit = inRotation.filter((replica) => replica.health.hasReplayed(position));
      if (fit.length === 0) return inRotation.length === 0 ? 'none' : 'behind';
      const least = Math.min(...fit.map(({ load }) => load));
      const idlest = fit.filter(({ load }) => load === least);
      turn = (turn + 1) % urls.length;
      return idlest[turn % idlest.length] ?? 'none';
    },
    async awaitShown(position) {
      // Other processes take a replica out when they have seen its lag, a poll or two later than we.
      const deadline = performance.now() + maxLagMs + 5 * pollMs;
      const isBehind = ({ health }: Replica) => health.isHealthy && !health.hasReplayed(position);
      while (replicas.some(isBehind) && performance.now() < deadline) await delay(pollMs / 4);
    },
    states: () => replicas.map(({ health }, index) => ({ replica: index + 1, isInRotation: health.isHealthy, lagMs: Math.round(health.lagMs) })),
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
      await Promise.all([primaryPolls.end(), ...replicas.map((replica) => replica.stop())]);
      logger.debug('replicas stopped');
    },
  };
}

/** The label is a replica's place in the configuration. */
function createReport(metrics: Metrics | undefined): (replica: Replica, index: number) => void {
  const lag = metrics?.gauge({ name: 'confab_db_replica_lag_seconds', help: 'For how long the primary has had what the replica does not show.', labelNames: ['replica'] });
  const inRotation = metrics?.gauge({ name: 'confab_db_replica_in_rotation', help: 'Whether the replica is read from: 1 or 0.', labelNames: ['replica'] });
  return ({ health }, index) => {
    const replica = String(index + 1);
    lag?.set({ replica }, health.lagMs / 1000);
    inRotation?.set({ replica }, health.isHealthy ? 1 : 0);
  };
}

async function pollPrimary(pool: pg.Pool, history: PrimaryHistory): Promise<void> {
  try {
    // Flushed, not inserted: a replica cannot have what is not on the primary's disk, and an idle primary may leave a little there for long.
    const { rows } = await pool.query<IdentityRow & { position: string | null }>(
      `select ${identityColumns}, case when not pg_is_in_recovery() then pg_current_wal_flush_lsn()::text end as position`,
    );
    const epoch = epochOf(identityOf(rows[0]));
    const position = rows[0]?.position;
    if (position === null || position === undefined) return;
    if (epoch !== history.epoch) {
      // Who shows this row has replayed something of this history, and so is not on the way of a primary that was replaced.
      await pool.query('insert into epochs (epoch) values ($1) on conflict do nothing', [epoch]);
      history.begin(epoch);
    }
    history.add({ at: performance.now(), position: parsePosition(position) });
  } catch {
    // Without a primary nothing new can be missed; readiness and queries say that it is gone.
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

import { type Breakers, createBreakers, type Logger, type Metrics } from '@confab/runtime';
import type { Kysely, Transaction } from 'kysely';
import type { DB } from '../generated/tables.ts';
import { createEpoch } from './epoch.ts';
import { isConnectionFailure } from './failures.ts';
import { numberTypes } from './integers.ts';
import type { LastStatement } from './last-statement.ts';
import { createObserver } from './observer.ts';
import { connectionsOf, createGuardedPool, pollTimeouts, queryTimeouts } from './pool.ts';
import { createPoolMetrics, type ObservePool } from './pool-metrics.ts';
import { parsePosition, type Position } from './position.ts';
import { openPrimary } from './primary-driver.ts';
import { openPrimaryHosts } from './primary-hosts.ts';
import { createReads, type Reading } from './reads.ts';
import { type ReplicaState, startReplicas } from './replicas.ts';
import { checkSchema, checkSchemaNow } from './schema-version.ts';
import { ofOneMoment, writing } from './transaction.ts';
import { watchServer } from './watch.ts';

/** What repositories take: in a transaction or out of it. */
export type Db = Kysely<DB>;
export type Tx = Transaction<DB>;

export type DatabaseOptions = {
  /** With several hosts in it: whichever of them takes writes. */
  primaryUrl: string;
  replicaUrls: readonly string[];
  applicationName: string;
  logger: Logger;
  metrics?: Metrics;
  /** The process's, so that metrics and readiness tell of them. */
  breakers?: Breakers;
  /** Connections to each server. */
  poolSize?: number;
  maxReplicaLagMs?: number;
};

export type Database = {
  /** For reads that must be of now, and for nothing that spans statements. */
  readonly primary: Db;
  /**
   * For reads that decide no write: on a replica that shows what this request has written and what its context says
   * that the reader must see, else on the primary. The work may be called again, on another server.
   */
  read<T>(work: Reading<T>): Promise<T>;
  readonly hasReplicas: boolean;
  /** As this process sees them. */
  replicas(): readonly ReplicaState[];
  /** Settles when every replica in rotation shows the position, or has had the time that it may lag. */
  awaitReplicas(position: Position): Promise<void>;
  /**
   * One transaction on the primary; its place in the log goes to the current context. Rolls back when the work throws. Where the
   * work answers its last statement, the commit goes with that.
   */
  write<T>(work: (tx: Tx) => Promise<T | LastStatement<T>>): Promise<T>;
  /** Everything the work reads is of one moment. On the primary, read only. */
  snapshot<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Which history of which database: another one after a promotion, and after a restore. */
  epoch(): Promise<string>;
  /** Rejects unless the primary has the schema this program was built for. Asked once, before serving. */
  checkSchema(): Promise<void>;
  /** Rejects unless the primary has that schema now. */
  checkSchemaNow(): Promise<void>;
  /** Rejects unless the primary answers. */
  check(): Promise<void>;
  /** For a pool of somebody else's in this process. */
  readonly observePool: ObservePool;
  stop(): Promise<void>;
};

/** Opens nothing until it is asked to, except that it begins to watch the servers. */
export function createDatabase(options: DatabaseOptions): Database {
  const { primaryUrl, replicaUrls, applicationName, logger, metrics, poolSize = 10, maxReplicaLagMs = 2_000, breakers = createBreakers({ logger }) } = options;
  const observe = createObserver({ logger, metrics });
  const { probeMs } = breakers.settings;
  // A statement that the server itself gives up is an answer: it is slow, not away.
  const probing = { ...pollTimeouts, poolWaitMs: probeMs, connectMs: probeMs, statementMs: Math.ceil(probeMs / 2), queryMs: probeMs };
  const hosts = openPrimaryHosts({ url: primaryUrl, applicationName, logger, timeouts: probing });
  const breaker = breakers.create('database_primary', isConnectionFailure, () => pool.abandon());
  const pool = createGuardedPool({ url: () => hosts.url, applicationName, size: poolSize, logger, timeouts: queryTimeouts, types: numberTypes, pipeline: true, admit: hosts.admit }, breaker, hosts.settled);
  const connections = connectionsOf(pool);
  hosts.onMove(() => connections.drop());
  const observePool = createPoolMetrics(metrics);
  observePool('primary', pool);
  const watch = watchServer(() => breaker.run(() => hosts.look()));
  const { db: primary, transaction } = openPrimary<DB>(pool, observe);
  const replicas = startReplicas({
    urls: replicaUrls,
    hosts,
    applicationName,
    poolSize,
    told: (number) => breakers.told(`database_replica_${number}`),
    maxLagMs: maxReplicaLagMs,
    pollMs: 100,
    logger,
    metrics,
    observe,
    observePool,
  });

  return {
    primary,
    read: createReads({ primary, replicas, metrics }),
    hasReplicas: replicaUrls.length > 0,
    replicas: replicas.states,
    awaitReplicas: (position) => replicas.awaitShown(parsePosition(position)),
    write: (work) => transaction(writing, work),
    snapshot: (work) => transaction(ofOneMoment, work),
    epoch: createEpoch(hosts, pool),
    checkSchema: () => checkSchema(primary),
    checkSchemaNow: () => checkSchemaNow(primary),
    observePool,
    async check() {
      await pool.query('select 1');
    },
    async stop() {
      await Promise.all([replicas.stop(), watch.stop()]);
      await Promise.all([pool.end(), hosts.stop()]);
    },
  };
}

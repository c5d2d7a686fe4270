import type { Status } from '@confab/runtime';

/** Where the parts of one running system are. */
export type Places = {
  readonly processes: readonly { readonly name: string; readonly opsUrl: string; readonly pid?: number; readonly port?: number }[];
  /** Who may see the job tables. Absent: only the processes are asked. */
  readonly databaseUrl?: string;
  readonly replicaUrls: readonly string[];
  readonly redisUrl?: string;
};

export type ProcessState = { readonly name: string; readonly opsUrl: string; readonly port?: number } & ({ readonly isUp: true; readonly status: Status } | { readonly isUp: false; readonly reason: string });

export type JobCounts = { readonly ready: number; readonly scheduled: number; readonly running: number; readonly dead: number };
export type ReplicaState = { readonly replica: number; readonly address: string } & ({ readonly isUp: true; readonly behindBytes: number } | { readonly isUp: false; readonly reason: string });

export type DatabaseState = { readonly address: string } & (
  | { readonly isUp: true; readonly version: string; readonly schema: { readonly newest: string; readonly missing: readonly string[]; readonly unknown: readonly string[] }; readonly jobs: JobCounts | undefined }
  | { readonly isUp: false; readonly reason: string }
);
export type RedisState = { readonly address: string } & ({ readonly isUp: true; readonly version: string; readonly usedMemory: string; readonly clients: number } | { readonly isUp: false; readonly reason: string });

export type System = {
  readonly at: string;
  /** ok: nothing is wrong. degraded: `problems` says what is. unreachable: nothing answered at all. */
  readonly verdict: 'ok' | 'degraded' | 'unreachable';
  readonly problems: readonly string[];
  readonly processes: readonly ProcessState[];
  readonly database: DatabaseState | undefined;
  readonly replicas: readonly ReplicaState[];
  /** Each node of a cluster; undefined when it was not asked. */
  readonly redis: readonly RedisState[] | undefined;
  readonly sockets: number;
  readonly jobs: JobCounts | undefined;
};

export const exitCodes: Readonly<Record<System['verdict'], number>> = { ok: 0, degraded: 1, unreachable: 2 };

import { breakerFields, env, parseEnv, tracingFields } from '@confab/runtime';

const shape = {
  ...breakerFields,
  ...tracingFields,
  HOST: env.text('127.0.0.1'),
  WORKER_OPS_PORT: env.port(3105),
  DATABASE_URL: env.database(),
  /** As the owner of the job tables, and never through a pooler. */
  DATABASE_DIRECT_URL: env.database(),
  DATABASE_REPLICA_URLS: env.urls(['postgres:', 'postgresql:']),
  /** Several are nodes of one cluster. */
  REDIS_URL: env.urlList(['redis:', 'rediss:']),
  CONFAB_SECRET: env.secret(32),
  LOG_LEVEL: env.oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'info'),
  LOG_PRETTY: env.flag(false),
  SHUTDOWN_GRACE_MS: env.integer({ fallback: 20_000, min: 1_000, max: 300_000 }),
  WORKER_LOST_AFTER_MS: env.integer({ fallback: 60_000, min: 1_000, max: 3_600_000 }),
  CONFAB_PARENT_PID: env.optional(env.integer({ min: 1 })),
};

export function readConfig() {
  return parseEnv(shape, process.env);
}

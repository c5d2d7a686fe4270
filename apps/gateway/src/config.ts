import { breakerFields, env, type Field, parseEnv, tracingFields } from '@confab/runtime';

const shape = {
  ...breakerFields,
  ...tracingFields,
  HOST: env.text('127.0.0.1'),
  GATEWAY_PORT: env.port(3001),
  GATEWAY_OPS_PORT: env.port(3101),
  /** Where clients reach this gateway; upgrades are taken at its path alone. */
  GATEWAY_URL: env.url(['ws:', 'wss:'], 'ws://127.0.0.1:3001/gateway?v=1'),
  /** Where people reach the web app. Its origin is always allowed. */
  PUBLIC_URL: env.url(['http:', 'https:']),
  ALLOWED_ORIGINS: origins(),
  DATABASE_URL: env.database(),
  DATABASE_REPLICA_URLS: env.urls(['postgres:', 'postgresql:']),
  /** Several are nodes of one cluster. */
  REDIS_URL: env.urlList(['redis:', 'rediss:']),
  CONFAB_SECRET: env.secret(32),
  /** A JWK set; else the keys are in the database. */
  SIGNING_KEYS_FILE: env.optionalText(),
  LOG_LEVEL: env.oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'info'),
  LOG_PRETTY: env.flag(false),
  DRAIN_NOTICE_MS: env.integer({ fallback: 4_000, min: 0, max: 300_000 }),
  SHUTDOWN_GRACE_MS: env.integer({ fallback: 20_000, min: 1_000, max: 300_000 }),
  CONFAB_PARENT_PID: optional(env.integer({ min: 1 })),
  /** Between two pings; a peer that is silent for two and a half of them is gone. */
  HEARTBEAT_MS: env.integer({ fallback: 30_000, min: 300, max: 300_000 }),
  IDENTIFY_TIMEOUT_MS: env.integer({ fallback: 5_000, min: 100, max: 60_000 }),
  /** Sockets a user may have, on all gateways together. */
  CONNECTIONS_PER_USER: env.integer({ fallback: 10, min: 1, max: 1_000 }),
  /** After a crash its sockets' places come back within this time; they are kept by asking three times as often. */
  LEASE_TTL_MS: env.integer({ fallback: 90_000, min: 1_000, max: 600_000 }),
  /** Whoever comes back within it was never away for others. */
  PRESENCE_GRACE_MS: env.integer({ fallback: 20_000, min: 100, max: 600_000 }),
  /** Changes of presence are told each client this often. */
  PRESENCE_BATCH_MS: env.integer({ fallback: 2_000, min: 10, max: 60_000 }),
  /** How often a gateway looks for users whose grace is over, or whose gateway has died. */
  PRESENCE_SWEEP_MS: env.integer({ fallback: 1_000, min: 50, max: 60_000 }),
  HANDSHAKES_PER_SECOND: env.integer({ fallback: 200, min: 1 }),
  /** When stopping, clients are told to leave at random moments within this time. */
  DRAIN_SPREAD_MS: env.integer({ fallback: 8_000, min: 0, max: 300_000 }),
};

export type Config = ReturnType<typeof readConfig>;

export function readConfig() {
  return parseEnv(shape, process.env);
}

/** What a browser sends as `Origin`: compared letter by letter, so nothing else may stand here. */
function origins(): Field<readonly string[]> {
  return (value) => {
    const list = env.list()(value);
    const wrong = list.find((item) => !URL.canParse(item) || new URL(item).origin !== item);
    if (wrong !== undefined) throw new Error('must be origins such as https://chat.example.org, without a path, separated by commas');
    return list;
  };
}

function optional<T>(field: Field<T>): Field<T | undefined> {
  return (value) => (value === undefined ? undefined : field(value));
}

import { breakerFields, env, type Field, parseEnv, tracingFields } from '@confab/runtime';

const web = ['http:', 'https:'];
const sockets = ['ws:', 'wss:'];

const shape = {
  ...breakerFields,
  ...tracingFields,
  HOST: env.text('127.0.0.1'),
  API_PORT: env.port(3000),
  API_OPS_PORT: env.port(3100),
  /** Where people reach the API and the web app. Its origin is always allowed. */
  PUBLIC_URL: env.url(web),
  ALLOWED_ORIGINS: origins(),
  GATEWAY_URLS: env.urls(sockets),
  WEB_DIR: env.optionalText(),
  TRUST_PROXY: proxies(),
  DATABASE_URL: env.database(),
  DATABASE_REPLICA_URLS: env.urls(['postgres:', 'postgresql:']),
  /** Several are nodes of one cluster. */
  REDIS_URL: env.urlList(['redis:', 'rediss:']),
  /** False when what is cached is not trusted: every read goes to PostgreSQL. */
  CACHES: env.flag(true),
  CONFAB_SECRET: env.secret(32),
  /** A JWK set; else the keys are in the database. */
  SIGNING_KEYS_FILE: env.optionalText(),
  /** A lower cost is for tests. */
  PASSWORD_MEMORY_KIB: env.integer({ fallback: 19_456, min: 64, max: 4_194_304 }),
  PASSWORD_PASSES: env.integer({ fallback: 2, min: 1, max: 100 }),
  LOG_LEVEL: env.oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'info'),
  LOG_PRETTY: env.flag(false),
  DRAIN_NOTICE_MS: env.integer({ fallback: 4_000, min: 0, max: 300_000 }),
  SHUTDOWN_GRACE_MS: env.integer({ fallback: 20_000, min: 1_000, max: 300_000 }),
  CONFAB_PARENT_PID: optional(env.integer({ min: 1 })),
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

/** How many proxies stand before us, or which ones: addresses, subnets, `loopback`. */
function proxies(): Field<number | string> {
  return (value = '0') => {
    if (/^\d$/.test(value)) return Number(value);
    if (/^(loopback|linklocal|uniquelocal|[0-9a-fA-F.:/]+)(, *(loopback|linklocal|uniquelocal|[0-9a-fA-F.:/]+))*$/.test(value)) return value;
    throw new Error('must be a number of proxies below 10, or a list of their addresses');
  };
}

function optional<T>(field: Field<T>): Field<T | undefined> {
  return (value) => (value === undefined ? undefined : field(value));
}

/**
 * Every environment variable that some process of Confab reads. A set name that is not here, but begins with CONFAB_
 * or is nearly one of these, is taken for a mistake and stops the start.
 */
export const environmentNames: readonly string[] = [
  'ALLOWED_ORIGINS',
  'API_OPS_PORT',
  'API_PORT',
  'CONFAB_DATA_DIR',
  'CONFAB_PARENT_PID',
  'CONFAB_PORTS',
  'CONFAB_SECRET',
  'DATABASE_DIRECT_URL',
  'DATABASE_REPLICA_URLS',
  'DATABASE_URL',
  'DRAIN_SPREAD_MS',
  'GATEWAY_OPS_PORT',
  'GATEWAY_PORT',
  'GATEWAY_PORTS',
  'GATEWAY_URL',
  'GATEWAY_URLS',
  'HANDSHAKES_PER_SECOND',
  'HEARTBEAT_MS',
  'HOST',
  'IDENTIFY_TIMEOUT_MS',
  'LOG_LEVEL',
  'LOG_PRETTY',
  'PUBLIC_URL',
  'REDIS_URL',
  'SHUTDOWN_GRACE_MS',
  'TRUST_PROXY',
  'WEB_DIR',
  'WORKER_OPS_PORT',
];

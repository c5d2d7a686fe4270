import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { environmentNames } from './environment-names.ts';
import { env } from './environment-fields.ts';
import { EnvironmentError, parseEnv } from './environment.ts';

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof EnvironmentError) return error.problems;
    throw error;
  }
  return [];
}

const shape = {
  DATABASE_URL: env.url(['postgres:', 'postgresql:']),
  DATABASE_REPLICA_URLS: env.urls(['postgres:', 'postgresql:']),
  API_PORT: env.port(3000),
  LOG_LEVEL: env.oneOf(['debug', 'info'], 'info'),
  TRUST_PROXY: env.flag(false),
  CONFAB_SECRET: env.secret(32),
  WEB_DIR: env.optionalText(),
  REDIS_URL: env.urlList(['redis:']),
};
const secret = Buffer.alloc(32, 7).toString('base64url');
const good = { DATABASE_URL: 'postgres://u:p@h/db', CONFAB_SECRET: secret, REDIS_URL: 'redis://a, redis://b' };

test('reads what is set, falls back where it may, and freezes the result', () => {
  const parsed = parseEnv(shape, { ...good, DATABASE_REPLICA_URLS: 'postgres://a/db, postgres://b/db', API_PORT: '', TRUST_PROXY: 'true' });
  expect(parsed).toEqual({
    DATABASE_URL: 'postgres://u:p@h/db',
    DATABASE_REPLICA_URLS: ['postgres://a/db', 'postgres://b/db'],
    API_PORT: 3000,
    LOG_LEVEL: 'info',
    TRUST_PROXY: true,
    CONFAB_SECRET: Buffer.alloc(32, 7),
    WEB_DIR: undefined,
    REDIS_URL: 'redis://a,redis://b',
  });
  expect(Object.isFrozen(parsed)).toBe(true);
});

test('tells every mistake at once, and never the value', () => {
  const problems = problemsOf(() =>
    parseEnv(shape, { DATABASE_URL: 'mysql://u:hunter2@h/db', API_PORT: '70000', LOG_LEVEL: 'loud', TRUST_PROXY: 'perhaps', CONFAB_SECRET: 'short', REDIS_URL: 'redis://a,http://b', CONFAB_SECRTE: 'x' }),
  );
  expect(problems).toEqual([
    'DATABASE_URL must be a URL that begins with postgres:// or postgresql://',
    'API_PORT must be a whole number from 0 to 65535',
    'LOG_LEVEL must be one of debug, info',
    'TRUST_PROXY must be true or false',
    'CONFAB_SECRET must be base64url of at least 32 bytes',
    'REDIS_URL must be a URL that begins with redis://',
    'CONFAB_SECRTE is unknown; is CONFAB_SECRET meant?',
  ]);
  expect(problems.join()).not.toMatch(/hunter2|short/);
});

test('says which names are missing', () => {
  expect(problemsOf(() => parseEnv(shape, {}))).toEqual(['DATABASE_URL is missing', 'CONFAB_SECRET is missing', 'REDIS_URL is missing']);
});

describe('names nobody reads', () => {
  test.each([
    ['DATABASE_REPLICA_URL', 'DATABASE_REPLICA_URL is unknown; is DATABASE_REPLICA_URLS meant?'],
    ['REDIS_URI', 'REDIS_URI is unknown; is REDIS_URL meant?'],
    ['CONFAB_COLOUR', 'CONFAB_COLOUR is unknown'],
  ])('%s stops the start', (name, problem) => {
    expect(problemsOf(() => parseEnv(shape, { ...good, [name]: 'x' }))).toEqual([problem]);
  });

  test.each(['HOME', 'HOSTNAME', 'PATH', 'APP_PORT', 'GATEWAY_PORT', 'GATEWAY_URLS', 'CONFAB_TEST_REDIS_URL', 'npm_config_loglevel'])('%s is let be', (name) => {
    expect(problemsOf(() => parseEnv(shape, { ...good, [name]: 'x' }))).toEqual([]);
  });
});

test.each(['1e3', '0x10', ' 5', '5.0', 'Infinity', '-1', '99999999999999999999'])('%j is no port', (text) => {
  expect(problemsOf(() => parseEnv({ API_PORT: env.port(1) }, { API_PORT: text }))).toHaveLength(1);
});

test('every name is explained in .env.example, and no name explained there stops a start', () => {
  const text = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8');
  const explained = [...text.matchAll(/^([A-Z][A-Z_]*)=/gm)].map(([, name = '']) => name);
  expect(explained).toEqual(expect.arrayContaining([...environmentNames]));
  expect(problemsOf(() => parseEnv({}, Object.fromEntries(explained.map((name) => [name, 'x']))))).toEqual([]);
});

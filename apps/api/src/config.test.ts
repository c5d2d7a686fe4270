import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readConfig } from './config.ts';

beforeEach(() => {
  vi.stubEnv('PUBLIC_URL', 'http://127.0.0.1:3000');
  vi.stubEnv('DATABASE_URL', 'postgres://confab@127.0.0.1/confab');
  vi.stubEnv('REDIS_URL', 'redis://127.0.0.1');
  vi.stubEnv('CONFAB_SECRET', Buffer.alloc(32).toString('base64url'));
});

afterEach(() => vi.unstubAllEnvs());

describe('the environment', () => {
  test('needs little', () => {
    expect(readConfig()).toMatchObject({
      HOST: '127.0.0.1',
      API_PORT: 3000,
      ALLOWED_ORIGINS: [],
      GATEWAY_URLS: [],
      TRUST_PROXY: 0,
      WEB_DIR: undefined,
      CONFAB_PARENT_PID: undefined,
    });
  });

  test.each([
    ['ALLOWED_ORIGINS', 'https://chat.example.org, http://localhost:5173', ['https://chat.example.org', 'http://localhost:5173']],
    ['GATEWAY_URLS', 'wss://a.example/gateway?v=1', ['wss://a.example/gateway?v=1']],
    ['TRUST_PROXY', '2', 2],
    ['TRUST_PROXY', 'loopback, 10.0.0.0/8', 'loopback, 10.0.0.0/8'],
  ])('takes %s=%s', (name, value, expected) => {
    vi.stubEnv(name, value);
    expect(readConfig()).toMatchObject({ [name]: expected });
  });

  test.each([
    ['ALLOWED_ORIGINS', 'https://chat.example.org/'],
    ['ALLOWED_ORIGINS', 'https://chat.example.org,*'],
    ['ALLOWED_ORIGINS', 'HTTPS://chat.example.org'],
    ['ALLOWED_ORIGINS', 'null'],
    ['PUBLIC_URL', 'chat.example.org'],
    ['GATEWAY_URLS', 'https://a.example'],
    ['TRUST_PROXY', 'true'],
    ['TRUST_PROXY', 'everybody'],
    ['API_PORT', '70000'],
    ['CONFAB_SECRET', 'short'],
    ['ALLOWED_ORIGIN', 'https://chat.example.org'],
  ])('refuses %s=%s and says which', (name, value) => {
    vi.stubEnv(name, value);
    expect(() => readConfig()).toThrow(name);
  });
});

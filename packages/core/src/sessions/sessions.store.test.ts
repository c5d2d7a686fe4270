import { randomUUID } from 'node:crypto';

import { createLogger } from '@confab/runtime';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { startTestCore, type TestCore } from '../testing/factories.ts';
import { createSessionStore, type SessionStore } from './sessions.store.ts';

let test: TestCore;
let store: SessionStore;

beforeAll(async () => {
  test = await startTestCore();
  store = createSessionStore({ redis: test.redis, logger: createLogger({ name: 'test', level: 'silent', pretty: false }) });
});
afterAll(() => test.stop());

it('remembers a live session for a minute', async () => {
  const id = randomUUID();
  expect(await store.find(id)).toBe('unknown');
  await store.putBack(id, 'live');
  expect(await store.find(id)).toBe('live');
  expect(await test.redis.client.ttl(`session:${id}`)).toBeLessThanOrEqual(60);
});

it('lets an end replace anything, and nothing replace an end', async () => {
  const id = randomUUID();
  await store.putBack(id, 'live');
  await store.markEnded(id);
  // A reader who asked the database before the end comes with what he found there.
  await store.putBack(id, 'live');
  expect(await store.find(id)).toBe('ended');
  // As long as an access token may be about.
  expect(await test.redis.client.ttl(`session:${id}`)).toBeGreaterThan(900);
});

it('takes what it did not write for nothing', async () => {
  const id = randomUUID();
  await test.redis.client.set(`session:${id}`, 'maybe');
  expect(await store.find(id)).toBe('unknown');
});

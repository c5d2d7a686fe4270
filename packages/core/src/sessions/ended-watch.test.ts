import { createDatabase, type Database } from '@confab/db';
import { createLogger, systemClock } from '@confab/runtime';
import { startTcpProxy, type TcpProxy } from '@confab/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { makeUser, startTestCore, type TestCore } from '../testing/factories.ts';
import { createEndedWatch } from './ended-watch.ts';

let test: TestCore;
let wire: TcpProxy;
let database: Database;
let failures = 0;

const logger = createLogger({
  name: 'test',
  level: 'warn',
  pretty: false,
  destination: { write: (line: string) => void (failures += Number(line.includes('nobody can say which sessions ended'))) },
});

beforeAll(async () => {
  test = await startTestCore();
  wire = await startTcpProxy(test.databaseUrl);
  database = createDatabase({ primaryUrl: wire.url, replicaUrls: [], applicationName: 'ended-watch-test', logger });
});
afterAll(async () => {
  await database.stop();
  await wire.stop();
  await test.stop();
});

it('looks again at once after a connection that broke, and misses nothing', async () => {
  const watch = createEndedWatch({ database, clock: systemClock, logger });
  const stop = watch.start();
  try {
    const somebody = await makeUser(test.core);
    wire.cut();
    const startedAt = performance.now();
    await expect.poll(() => failures, { interval: 5 }).toBeGreaterThan(11);
    // Twelve looks in their time would be nine seconds.
    expect(performance.now() - startedAt).toBeLessThan(8_500);
    await test.core.sessions.end(somebody.actor);
    wire.restore();
    await expect.poll(() => watch.has(somebody.session.sessionId), { interval: 5 }).toBe(true);
  } finally {
    await stop();
  }
});

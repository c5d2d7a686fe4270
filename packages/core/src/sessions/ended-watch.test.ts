import { createDatabase, type Database } from '@confab/db';
import { createLogger, systemClock } from '@confab/runtime';
import { startTcpProxy, type TcpProxy } from '@confab/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { makeUser, startTestCore, type TestCore } from '../testing/factories.ts';
import { createEndedWatch } from './ended-watch.ts';

let test: TestCore;
let wire: TcpProxy;
let database: Database;
/** Of each look that failed, how loudly that was said. */
const failures: string[] = [];

const logger = createLogger({
  name: 'test',
  level: 'debug',
  pretty: false,
  destination: {
    write(line: string) {
      const { msg, level } = JSON.parse(line) as { msg: string; level: string };
      if (msg === 'nobody can say which sessions ended') failures.push(level);
    },
  },
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
    await expect.poll(() => failures.length, { interval: 5 }).toBeGreaterThan(11);
    // Twelve looks in their time would be nine seconds.
    expect(performance.now() - startedAt).toBeLessThan(8_500);
    expect(failures.filter((level) => level === 'warn')).toHaveLength(1);
    await test.core.sessions.end(somebody.actor);
    wire.restore();
    await expect.poll(() => watch.has(somebody.session.sessionId), { interval: 5 }).toBe(true);
  } finally {
    await stop();
  }
});

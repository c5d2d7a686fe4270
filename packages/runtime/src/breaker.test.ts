import { expect, test } from 'vitest';
import { BreakerOpen, createBreakers } from './breaker.ts';
import { createLogger } from './logger.ts';
import { createMetrics } from './metrics.ts';

const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
const settings = { failures: 3, openMs: 50, probeMs: 50, callMs: 50 };

class Away extends Error {}
const isAway = (error: unknown) => error instanceof Away;
const answers = () => Promise.resolve('answer');
const fails = () => Promise.reject(new Away());
const refuses = () => Promise.reject(new TypeError('no such thing'));
const kindOf = (work: Promise<unknown>) => work.then(String, (error: unknown) => (error as Error).constructor.name);

async function opened() {
  const metrics = createMetrics({ process: 'test' });
  const breakers = createBreakers({ logger, metrics, settings });
  let openings = 0;
  const breaker = breakers.create('outbound_test', isAway, () => (openings += 1));
  for (let n = 0; n < settings.failures; n += 1) expect(await kindOf(breaker.run(fails))).toBe('Away');
  return { breakers, breaker, metrics, openings: () => openings };
}

test('so many failures in a row open it, and then nothing is asked', async () => {
  const { breaker, breakers, openings } = await opened();
  let asked = 0;
  expect(await kindOf(breaker.run(async () => (asked += 1)))).toBe('BreakerOpen');
  expect(() => breaker.assertClosed()).toThrow(BreakerOpen);
  expect([asked, openings(), breakers.states()]).toEqual([0, 1, { outbound_test: 'open' }]);
});

test('a success in between begins the count anew; what is no failure of the other side is not counted', async () => {
  const breaker = createBreakers({ logger, settings }).create('outbound_test', isAway);
  for (let n = 0; n < 10; n += 1) {
    expect(await kindOf(breaker.run(refuses))).toBe('TypeError');
    expect(await kindOf(breaker.run(fails))).toBe('Away');
    if (n % 2 === 1) expect(await kindOf(breaker.run(answers))).toBe('answer');
  }
  expect(breaker.state).toBe('closed');
});

test('one tries, the others are refused and do not wait for him; it closes when he succeeds', async () => {
  const { breaker } = await opened();
  await expect.poll(() => kindOf(breaker.run(fails)), { timeout: 5_000 }).toBe('Away');
  expect(breaker.state).toBe('open');
  await new Promise((resolve) => setTimeout(resolve, 2 * settings.openMs));
  const trial = Promise.withResolvers<string>();
  const probe = breaker.run(() => trial.promise);
  expect([breaker.state, await kindOf(breaker.run(answers))]).toEqual(['half_open', 'BreakerOpen']);
  trial.resolve('answer');
  expect([await probe, breaker.state, await kindOf(breaker.run(answers))]).toEqual(['answer', 'closed', 'answer']);
});

test('a refusal of the probe by the other side is an answer too', async () => {
  const { breaker } = await opened();
  await expect.poll(() => kindOf(breaker.run(refuses)), { timeout: 5_000 }).toBe('TypeError');
  expect(breaker.state).toBe('closed');
});

test('failures met elsewhere count', async () => {
  const breaker = createBreakers({ logger, settings }).create('outbound_test', isAway);
  for (let n = 0; n < 10; n += 1) breaker.failed(new TypeError());
  await expect.poll(() => breaker.state).toBe('closed');
  for (let n = 0; n < settings.failures; n += 1) breaker.failed(new Away());
  await expect.poll(() => breaker.state).toBe('open');
});

test('its state is a figure, its changes are counted, and no two bear one name', async () => {
  const { breakers, metrics } = await opened();
  const tell = breakers.told('database_replica_1');
  tell(true);
  tell(true);
  const text = await metrics.registry.metrics();
  expect(text).toContain('confab_breaker_state{breaker="outbound_test",process="test"} 2');
  expect(text).toContain('confab_breaker_transitions_total{breaker="outbound_test",to="open",process="test"} 1');
  expect(text).toContain('confab_breaker_transitions_total{breaker="database_replica_1",to="open",process="test"} 1');
  expect(() => breakers.create('outbound_test', isAway)).toThrow('already');
});

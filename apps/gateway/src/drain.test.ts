import { startTestStack, type TestStack, UpgradeRefused } from '@confab/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack({ gateways: 1, env: { DRAIN_SPREAD_MS: '1000', HEARTBEAT_MS: '900', IDENTIFY_TIMEOUT_MS: '20000' } });
}, 120_000);
afterAll(() => stack.stop());

it('pings, hears the answer, and closes who neither reads nor answers', async () => {
  const [awake, asleep] = [await stack.probe(), await stack.probe()];
  asleep.pause();
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  asleep.resume();
  expect((await asleep.closed()).code).toBe(4408);
  awake.send({ t: 'identify', d: {}, ref: 'still here' });
  await awake.next('error');
});

it('asks everybody to leave at a moment of his own, closes who stays, and ends well', async () => {
  const [gateway] = stack.gateways;
  const probes = await Promise.all(Array.from({ length: 8 }, () => stack.probe()));
  const exited = gateway!.kill('SIGTERM');
  const asked = await Promise.all(probes.map((probe) => probe.next('reconnect')));
  const delays = asked.map(({ d }) => d.afterMs);
  expect(Math.max(...delays)).toBeLessThanOrEqual(1_000);
  expect(new Set(delays).size).toBeGreaterThan(2);
  expect(asked.every(({ d }) => d.url === null)).toBe(true);
  const late = await stack.probe().then(() => 'open', (error: unknown) => (error instanceof UpgradeRefused ? error.status : 'closed'));
  expect(['closed', 503]).toContain(late);
  for (const probe of probes.slice(0, 4)) probe.close();
  const codes = await Promise.all(probes.slice(4).map((probe) => probe.closed(8_000).then(({ code }) => code)));
  expect(codes).toEqual([1012, 1012, 1012, 1012]);
  expect(await exited).toEqual({ code: 0, signal: null });
  await gateway!.restart();
});

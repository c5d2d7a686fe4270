import { setTimeout as delay } from 'node:timers/promises';
import { type OtlpReceiver, startOtlpReceiver } from '@confab/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AppError } from './app-error.ts';
import { createLogger, type Logger } from './logger.ts';
import { startTracing, type Tracing } from './start-tracing.ts';
import { currentTraceparent, inSpan, openEntry, recordEffect, recordSpan, runEntry, sampledTraceparent } from './tracing.ts';
import { tracingSettings } from './tracing-settings.ts';

const theirTrace = '0af7651916cd43dd8448eb211c80319c';
const theirs = (flags: '00' | '01', traceId = theirTrace) => `00-${traceId}-b7ad6b7169203331-${flags}`;
const server = { requestId: 'r-1', name: 'createMessage', kind: 'server' } as const;

let receiver: OtlpReceiver;
let lines: Record<string, unknown>[];
let logger: Logger;
let tracing: Tracing | undefined;

beforeEach(async () => {
  receiver = await startOtlpReceiver();
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = receiver.url;
  lines = [];
  logger = createLogger({ name: 'test', level: 'debug', pretty: false, destination: { write: (line) => void lines.push(JSON.parse(line)) } });
});

afterEach(async () => {
  await tracing?.stop();
  tracing = undefined;
  await receiver.stop();
  delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  vi.unstubAllEnvs();
});

async function start(ratio: number, slowMs = 60_000): Promise<void> {
  tracing = await startTracing({ process: 'api', settings: { isOn: true, ratio, slowMs }, logger });
}

/** What was exported by the end. */
async function exported() {
  await tracing?.stop();
  return receiver.spans;
}

const parts = async () => {
  await inSpan('messages.send', {}, async () => {
    await delay(5);
    recordSpan('messages.insert', { kind: 'client', durationMs: 2, attributes: { 'db.response.returned_rows': 1 } });
  });
  logger.info('done');
};

test('spans nest, bear the ids of their lines, and lie within each other', async () => {
  await start(1);
  await runEntry(server, parts);
  const spans = await exported();
  const [root, service, statement] = ['createMessage', 'messages.send', 'messages.insert'].map((name) => spans.find((span) => span.name === name)!);
  expect([root?.parentSpanId, service?.parentSpanId, statement?.parentSpanId]).toEqual(['', root?.spanId, service?.spanId]);
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  expect(root).toMatchObject({ service: 'confab-api', isError: false, attributes: { 'confab.request_id': 'r-1' } });
  expect(statement?.attributes).toEqual({ 'db.response.returned_rows': 1 });
  expect(statement!.startMs).toBeGreaterThanOrEqual(service!.startMs - 0.01);
  expect(statement!.startMs + statement!.durationMs).toBeLessThanOrEqual(root!.startMs + root!.durationMs + 0.01);
  expect(lines).toMatchObject([{ msg: 'done', requestId: 'r-1', traceId: root?.traceId, spanId: root?.spanId }]);
});

test('what is not sampled is not told, and its lines name the trace all the same', async () => {
  await start(0);
  await runEntry(server, async () => {
    await parts();
    expect(sampledTraceparent()).toBeUndefined();
    expect(currentTraceparent()).toMatch(/-00$/);
  });
  await expect(runEntry(server, () => Promise.reject(new AppError('room.not_found')))).rejects.toThrow('no such room');
  expect(await exported()).toEqual([]);
  expect(lines[0]).toMatchObject({ requestId: 'r-1', traceId: expect.stringMatching(/^[0-9a-f]{32}$/) });
  expect(lines[0]).not.toHaveProperty('spanId');
});

test('what failed is kept with all its parts, also those that end later, though it was not sampled', async () => {
  await start(0);
  const failing = runEntry(server, async () => {
    await parts();
    void delay(20).then(() => recordSpan('PUBLISH', { durationMs: 1 }));
    throw new Error('a secret of ann@example.org');
  });
  await expect(failing).rejects.toThrow('secret');
  await delay(60);
  const spans = await exported();
  expect(spans.map(({ name }) => name).toSorted()).toEqual(['PUBLISH', 'createMessage', 'messages.insert', 'messages.send']);
  expect(spans.map(({ attributes }) => attributes['confab.kept'])).toEqual(spans.map(() => 'error'));
  expect(spans.find(({ name }) => name === 'createMessage')).toMatchObject({ isError: true, attributes: { 'error.type': 'Error' } });
  expect(receiver.bodies.join('')).not.toContain('ann@');
});

test('what is slow is kept though it was not sampled, unless it is a job', async () => {
  await start(0, 20);
  await runEntry(server, () => delay(60));
  await runEntry({ ...server, kind: 'consumer', name: 'job' }, () => delay(60));
  await runEntry({ ...server, name: 'quick' }, async () => undefined);
  expect((await exported()).map(({ name, attributes }) => [name, attributes['confab.kept']])).toEqual([['createMessage', 'slow']]);
});

test('a caller from outside lends his id, and neither forces sampling nor suppresses it', async () => {
  await start(0);
  await runEntry({ ...server, traceparent: theirs('01') }, async () => logger.info('unsampled'));
  await tracing?.stop();
  expect(receiver.spans).toEqual([]);
  await start(1);
  await runEntry({ ...server, traceparent: theirs('00') }, async () => logger.info('sampled'));
  expect(await exported()).toMatchObject([{ traceId: theirTrace, parentSpanId: 'b7ad6b7169203331' }]);
  expect(lines).toMatchObject([{ traceId: theirTrace }, { traceId: theirTrace }]);
});

test('nor by an id that a ratio of ids would always take', async () => {
  await start(0.05);
  for (let at = 0; at < 200; at += 1) await runEntry({ ...server, traceparent: theirs('01', '1'.padStart(32, '0')) }, async () => undefined);
  expect((await exported()).length).toBeLessThan(60);
});

test('what we caused ourselves follows its cause', async () => {
  await start(0);
  await runEntry({ ...server, kind: 'consumer', name: 'job', traceparent: theirs('01'), isTrusted: true }, async () => undefined);
  recordEffect(theirs('01'), 'deliver', { durationMs: 1, attributes: { 'confab.delivery.recipients': 3 } });
  await tracing?.stop();
  await start(1);
  await runEntry({ ...server, kind: 'consumer', name: 'unsampled', traceparent: theirs('00'), isTrusted: true }, async () => undefined);
  expect((await exported()).map(({ name, traceId }) => [name, traceId])).toEqual([['job', theirTrace], ['deliver', theirTrace]]);
});

test.each(['', '00-x', theirs('01', '0'.repeat(32)), `${theirs('01')}-more`, theirs('01').toUpperCase()])('%j is no trace', async (traceparent) => {
  await start(1);
  await runEntry({ ...server, traceparent }, async () => undefined);
  expect((await exported()).map(({ parentSpanId }) => parentSpanId)).toEqual(['']);
});

test('off: the work runs, there are no spans, and the caller finds his trace on our lines', async () => {
  tracing = await startTracing({ process: 'api', settings: { isOn: false, ratio: 1, slowMs: 1 }, logger });
  const entry = openEntry({ ...server, traceparent: theirs('01') });
  await entry.run(parts);
  entry.run(() => expect([sampledTraceparent(), currentTraceparent()]).toEqual([undefined, theirs('00')]));
  entry.end();
  expect(lines).toMatchObject([{ msg: 'done', requestId: 'r-1', traceId: theirTrace }]);
  expect(await exported()).toEqual([]);
});

test('a collector that is away costs neither the work nor the stop', async () => {
  // It tries on by itself, unheard, after the stop no longer waits.
  vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '4000');
  await start(1);
  await receiver.stop();
  await runEntry(server, parts);
  const startedAt = performance.now();
  await tracing?.stop();
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  receiver = await startOtlpReceiver();
});

const defaults = {
  OTEL_SDK_DISABLED: false,
  OTEL_TRACES_EXPORTER: undefined,
  OTEL_EXPORTER_OTLP_ENDPOINT: undefined,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: undefined,
  OTEL_TRACES_SAMPLER: 'parentbased_always_on',
  OTEL_TRACES_SAMPLER_ARG: 0.25,
  TRACE_SLOW_MS: 1_000,
} as const;
const place = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

test.each([
  [{}, { isOn: false }],
  [place, { isOn: true, ratio: 1, slowMs: 1_000 }],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces' }, { isOn: true }],
  [{ OTEL_TRACES_EXPORTER: 'otlp' as const }, { isOn: true }],
  [{ ...place, OTEL_TRACES_EXPORTER: 'none' as const }, { isOn: false }],
  [{ ...place, OTEL_SDK_DISABLED: true }, { isOn: false }],
  [{ ...place, OTEL_TRACES_SAMPLER: 'parentbased_traceidratio' as const }, { ratio: 0.25 }],
  [{ ...place, OTEL_TRACES_SAMPLER: 'traceidratio' as const }, { ratio: 0.25 }],
  [{ ...place, OTEL_TRACES_SAMPLER: 'always_off' as const }, { isOn: true, ratio: 0 }],
])('%j is %j', (given, settings) => {
  expect(tracingSettings({ ...defaults, ...given })).toMatchObject(settings);
});

import { type OtlpReceiver, startOtlpReceiver } from '@confab/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { currentContexts, currentScope, runInContext, type Context, type Scope } from './context.ts';
import { createLogger } from './logger.ts';
import { runShared } from './sharing.ts';
import { startTracing, type Tracing } from './start-tracing.ts';
import { inSpan, recordSpan, runEntry } from './tracing.ts';
import { createWaits } from './waits.ts';

const scopeOf = (context: Context): Scope => runInContext(context, currentScope)!;
const waiting = (requestId: string): Context & { waits: ReturnType<typeof createWaits> } => ({ requestId, waits: createWaits() });

let receiver: OtlpReceiver;
let tracing: Tracing | undefined;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = receiver.url;
});
afterEach(async () => {
  await tracing?.stop();
  tracing = undefined;
  await receiver.stop();
  delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
});

test('what is waited for together each has waited for, and the lines bear the ids of all', () => {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({ name: 'test', level: 'info', pretty: false, destination: { write: (line) => void lines.push(JSON.parse(line)) } });
  const contexts = ['r-1', 'r-2'].map(waiting);
  runShared(contexts.map(scopeOf), () => {
    expect(currentContexts()).toEqual(contexts);
    currentContexts()[0]!.waits?.ended('redis', 2);
    currentScope()?.context.waits?.ended('database', 5);
    logger.info('together');
  });
  expect(contexts.map(({ waits }) => waits.split(10).databaseMs)).toEqual([5, 5].map((ms) => expect.closeTo(ms, 1)));
  expect(lines).toMatchObject([{ requestId: 'r-1 r-2' }]);
});

test('of one alone, and of none, it is his own, and not that of whoever began it', () => {
  const alone = waiting('r-1');
  runInContext({ requestId: 'who began it' }, () => {
    expect(runShared([scopeOf(alone)], currentContexts)).toEqual([alone]);
    expect(runShared([], currentContexts)).toEqual([]);
  });
});

test('each of those who are traced has the spans in his own trace', async () => {
  const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
  tracing = await startTracing({ process: 'api', settings: { isOn: true, ratio: 1, slowMs: 60_000 }, logger });
  const scopes: Scope[] = [scopeOf({ requestId: 'not traced' })];
  await Promise.all(['r-1', 'r-2'].map((requestId) => runEntry({ requestId, name: `request ${requestId}`, kind: 'server' }, async () => {
    scopes.push(currentScope()!);
    while (scopes.length < 3) await new Promise((resolve) => setTimeout(resolve, 1));
    if (requestId === 'r-2') await runShared(scopes, () => inSpan('together', {}, async () => recordSpan('statement', { durationMs: 1 })));
    else await new Promise((resolve) => setTimeout(resolve, 50));
  })));
  await tracing.stop();
  for (const requestId of ['r-1', 'r-2']) {
    const request = receiver.spans.find(({ name }) => name === `request ${requestId}`)!;
    const [together, ...others] = receiver.spans.filter(({ name, traceId }) => name === 'together' && traceId === request.traceId);
    expect([together?.parentSpanId, others]).toEqual([request.spanId, []]);
    expect(receiver.spans.filter(({ name, parentSpanId }) => name === 'statement' && parentSpanId === together?.spanId)).toHaveLength(1);
  }
  expect(receiver.spans).toHaveLength(6);
});

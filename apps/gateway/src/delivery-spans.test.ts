import { createLogger, startTracing } from '@confab/runtime';
import type { StreamEvent } from '@confab/stream';
import { startOtlpReceiver } from '@confab/testing';
import { expect, test } from 'vitest';

import { createDeliverySpans } from './delivery-spans.ts';

const trace = (index: number) => `${index}`.padStart(32, 'a');
const event = (seq: number, sampled: boolean) =>
  ({ type: 'message.created', stream: 'room:a', seq, at: 1_000, epoch: 'e', subjectId: null, authorId: null, subjectUserId: null, control: false, payload: '{}', trace: sampled ? `00-${trace(seq)}-b7ad6b7169203331-01` : null }) satisfies StreamEvent;

test('one span for each event that was sampled, in its own trace, told when its tick is written', async () => {
  const receiver = await startOtlpReceiver();
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = receiver.url;
  const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
  const tracing = await startTracing({ process: 'gateway', settings: { isOn: true, ratio: 0, slowMs: 60_000 }, logger });
  const deferred: (() => void)[] = [];
  const endTick = () => deferred.splice(0).forEach((work) => work());
  let now = 0;
  const delivered = createDeliverySpans({ defer: (work) => void deferred.push(work), wallNow: () => 1_025, now: () => now });
  delivered(event(1, true), 3);
  delivered(event(2, false), 3);
  delivered(event(3, true), 2);
  now = 4;
  endTick();
  delivered(event(4, true), 1);
  endTick();
  expect(deferred).toEqual([]);
  await tracing.stop();
  await receiver.stop();
  delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  const told = receiver.spans.map(({ traceId, parentSpanId, attributes, durationMs }) => [
    traceId, parentSpanId, attributes['confab.delivery.recipients'], attributes['confab.delivery.batch'], attributes['confab.delivery.lag_ms'], Math.round(durationMs),
  ]);
  expect(told).toEqual([
    [trace(1), 'b7ad6b7169203331', 3, 2, 25, 4],
    [trace(3), 'b7ad6b7169203331', 2, 2, 25, 4],
    [trace(4), 'b7ad6b7169203331', 1, 1, 25, 0],
  ]);
});

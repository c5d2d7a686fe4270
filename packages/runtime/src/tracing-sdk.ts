import { setTimeout as delay } from 'node:timers/promises';
import { diag, DiagLogLevel, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Logger } from './logger.ts';
import { type Cause, setStartSpan } from './tracing.ts';
import { createSampler, trusted } from './tracing-sampler.ts';
import type { TracingSettings } from './tracing-settings.ts';
import { createTail } from './tracing-tail.ts';

/** Of the time that stopping may take; a collector that is away must not use it up. */
const flushMs = 2_000;

/** Loaded only where traces are wanted: these modules are most of what tracing costs a start. */
export function startSdk({ process: name, settings, logger }: { process: string; settings: TracingSettings; logger: Logger }): () => Promise<void> {
  const tell = (level: 'warn' | 'error') => (message: string) => logger[level]({ detail: message.slice(0, 500) }, 'tracing');
  const silent = (): void => undefined;
  diag.setLogger({ error: tell('error'), warn: tell('warn'), info: silent, debug: silent, verbose: silent }, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  const batches = new BatchSpanProcessor({ exporter: new OTLPTraceExporter(), scheduledDelayMillis: 1_000, maxQueueSize: 8_192, exportTimeoutMillis: 10_000 });
  const provider = new TracerProvider({
    // Host, user and command line are nobody's business: only what the environment names.
    resource: resourceFromAttributes({ 'service.name': `confab-${name}`, 'service.namespace': 'confab', 'confab.process': name }).merge(detectResources({ detectors: [envDetector] })),
    sampler: createSampler(settings.ratio),
    spanProcessors: [createTail(batches, settings.slowMs)],
  });
  const tracer = provider.getTracer('confab');
  setStartSpan((spanName, options, parent) => {
    if (parent === undefined) return tracer.startSpan(spanName, options, ROOT_CONTEXT);
    if (!isCause(parent)) return tracer.startSpan(spanName, options, trace.setSpan(ROOT_CONTEXT, parent));
    return tracer.startSpan(spanName, options, trace.setSpanContext(ROOT_CONTEXT, parent.span).setValue(trusted, parent.isTrusted));
  });
  let stopped: Promise<void> | undefined;
  async function stop(): Promise<void> {
    setStartSpan(undefined);
    await Promise.race([provider.shutdown().catch((error: unknown) => logger.warn({ err: error }, 'the last spans were not told')), delay(flushMs, undefined, { ref: false })]);
    diag.disable();
  }
  return () => (stopped ??= stop());
}

const isCause = (parent: object | Cause): parent is Cause => 'isTrusted' in parent;

import { createContextKey, type Attributes, type Context as OtelContext, ROOT_CONTEXT, type Span, type SpanContext, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import { AppError } from './app-error.ts';
import { type Context, currentContext, currentSpan, runInContext, runInSpan } from './context.ts';
import { createWaits } from './waits.ts';

/**
 * Spans, made by hand. Unless `startTracing` has loaded an SDK nothing here makes any, and asking costs one look at the context.
 * Names and attributes are constants of the code, numbers and ids: never what members wrote, tokens, names, addresses, Redis' keys.
 */
export type SpanOptions = { readonly kind?: 'internal' | 'client' | 'producer'; readonly attributes?: Attributes };

export type EntryOptions = {
  readonly requestId: string;
  readonly address?: string;
  readonly name: string;
  readonly kind: 'server' | 'consumer';
  /** Whose work this is. From outside it lends its trace's id and nothing else; if `isTrusted`, its sampling too. */
  readonly traceparent?: string | undefined;
  readonly isTrusted?: boolean;
  readonly attributes?: Attributes;
};

/** A request, a frame or a job: what runs in it has its context, its trace, and its ids on every line of the log. */
export type Entry = {
  readonly context: Context;
  run<T>(work: () => T): T;
  /** Under another name if one is known by now. Errors are what nobody expects, not what was refused. */
  end(outcome?: { name?: string; attributes?: Attributes; error?: unknown; isError?: boolean }): void;
};

export type { Attributes };

/** On contexts whose parent's decision counts. */
export const trusted = createContextKey('confab.trusted');

const kinds = { internal: SpanKind.INTERNAL, client: SpanKind.CLIENT, producer: SpanKind.PRODUCER, server: SpanKind.SERVER, consumer: SpanKind.CONSUMER };
const tracer = () => trace.getTracer('confab');
/** Of one clock, so that parts lie within their whole: the SDK's own begins at whole milliseconds. */
const now = () => performance.timeOrigin + performance.now();

export function openEntry({ requestId, address, name, kind, traceparent, isTrusted = false, attributes = {} }: EntryOptions): Entry {
  const cause = parseTraceparent(traceparent);
  const parent = cause === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, cause).setValue(trusted, isTrusted);
  const started = tracer().startSpan(name, { kind: kinds[kind], startTime: now(), attributes: { 'confab.request_id': requestId, ...attributes } }, parent);
  const span = started.isRecording() ? started : undefined;
  const own = span?.spanContext() ?? (cause && { ...cause, traceFlags: isTrusted ? cause.traceFlags : TraceFlags.NONE });
  const context: Context = { requestId, waits: createWaits(), ...(address === undefined ? {} : { address }), ...(own === undefined ? {} : { traceparent: formatTraceparent(own) }) };
  return {
    context,
    run: (work) => runInContext(context, work, span),
    end({ name: known, attributes: more, error, isError = error !== undefined && isUnexpected(error) } = {}) {
      if (span === undefined) return;
      if (known !== undefined) span.updateName(known);
      if (more !== undefined) span.setAttributes(more);
      if (error !== undefined) span.setAttribute('error.type', errorType(error));
      if (isError) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(now());
    },
  };
}

/** Runs the work in an entry that ends with it. */
export async function runEntry<T>(options: EntryOptions, work: () => Promise<T>): Promise<T> {
  const entry = openEntry(options);
  try {
    const result = await entry.run(work);
    entry.end();
    return result;
  } catch (error) {
    entry.end({ error });
    throw error;
  }
}

/** What is going on now has failed, though whoever runs it will not be told by an exception. */
export function noteError(error: unknown): void {
  currentSpan()?.setAttribute('error.type', errorType(error)).setStatus({ code: SpanStatusCode.ERROR });
}

/** A part of what is traced now; of what is not, only the work. */
export function inSpan<T>(name: string, options: SpanOptions, work: () => T): T {
  const parent = currentSpan();
  if (parent === undefined) return work();
  const span = tracer().startSpan(name, { kind: kinds[options.kind ?? 'internal'], startTime: now(), ...(options.attributes && { attributes: options.attributes }) }, under(parent));
  const failed = (error: unknown): never => {
    span.setAttribute('error.type', errorType(error));
    if (isUnexpected(error)) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(now());
    throw error;
  };
  try {
    const result = runInSpan(span, work);
    if (result instanceof Promise) return result.then((value: unknown) => (span.end(now()), value), failed) as T;
    span.end(now());
    return result;
  } catch (error) {
    return failed(error);
  }
}

export type Recorded = SpanOptions & { readonly durationMs: number; readonly error?: unknown };

/** A part that has just ended, and had no parts of its own. */
export function recordSpan(name: string, options: Recorded): void {
  const parent = currentSpan();
  if (parent !== undefined) record(under(parent), name, kinds[options.kind ?? 'internal'], options);
}

/** The same for what another process caused and has sampled: a part of its trace. */
export function recordEffect(traceparent: string, name: string, options: Omit<Recorded, 'kind'>): void {
  const cause = parseTraceparent(traceparent);
  if (cause !== undefined) record(trace.setSpanContext(ROOT_CONTEXT, cause).setValue(trusted, true), name, SpanKind.CONSUMER, options);
}

function record(parent: OtelContext, name: string, kind: SpanKind, { attributes, durationMs, error }: Recorded): void {
  const endTime = now();
  const span = tracer().startSpan(name, { kind, startTime: endTime - durationMs, ...(attributes && { attributes }) }, parent);
  if (error !== undefined) span.setAttribute('error.type', errorType(error)).setStatus({ code: SpanStatusCode.ERROR });
  span.end(endTime);
}

/** For what is caused here and runs elsewhere, sampled or not. */
export function currentTraceparent(): string | undefined {
  const span = currentSpan();
  return span === undefined ? currentContext()?.traceparent : formatTraceparent(span.spanContext());
}

/** For what travels only with traces that are kept. */
export function sampledTraceparent(): string | undefined {
  const span = currentSpan()?.spanContext();
  return span !== undefined && isSampled(span) ? formatTraceparent(span) : undefined;
}

export const isSampled = ({ traceFlags }: SpanContext): boolean => (traceFlags & TraceFlags.SAMPLED) !== 0;

function under(parent: Span): OtelContext {
  return trace.setSpan(ROOT_CONTEXT, parent);
}

const w3c = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

function parseTraceparent(text: string | undefined): SpanContext | undefined {
  const [, traceId, spanId, flags] = w3c.exec(text ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}

function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${(traceFlags & TraceFlags.SAMPLED).toString(16).padStart(2, '0')}`;
}

/** Never the message: it may repeat what came in. */
function errorType(error: unknown): string {
  const { code, name } = Object(error) as { code?: unknown; name?: unknown };
  if (typeof code === 'string' && /^[\w.]{1,64}$/.test(code)) return code;
  return typeof name === 'string' ? name : 'unknown';
}

function isUnexpected(error: unknown): boolean {
  return !(error instanceof AppError) || error.status >= 500;
}

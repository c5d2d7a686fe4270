// Types alone: where nothing is traced no module of the SDK is loaded, nor of the API for its sake.
import type { Attributes, Span, SpanContext, SpanOptions as OtelOptions, SpanStatusCode } from '@opentelemetry/api';
import { AppError } from './app-error.ts';
import { type Context, currentContext, currentScopes, currentSpan, runInContext, type Scope } from './context.ts';
import { runShared } from './sharing.ts';
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

/** Who caused a span from elsewhere; unless `isTrusted`, what he sampled does not count. */
export type Cause = { readonly span: SpanContext; readonly isTrusted: boolean };
export type StartSpan = (name: string, options: OtelOptions, parent: Span | Cause | undefined) => Span;

/** The one thing of this process that starting and stopping changes, as OpenTelemetry's own global is. */
let startSpan: StartSpan | undefined;

/** Nothing is traced without one. */
export function setStartSpan(start: StartSpan | undefined): void {
  startSpan = start;
}

/** As OpenTelemetry numbers them. */
const kinds = { internal: 0, server: 1, client: 2, producer: 3, consumer: 4 };
const sampledFlag = 1;
const failedStatus: { code: SpanStatusCode } = { code: 2 };
/** Of one clock, so that parts lie within their whole: the SDK's own begins at whole milliseconds. */
const now = () => performance.timeOrigin + performance.now();

export function openEntry({ requestId, address, name, kind, traceparent, isTrusted = false, attributes = {} }: EntryOptions): Entry {
  const cause = parseTraceparent(traceparent);
  const span = startSpan?.(name, { kind: kinds[kind], startTime: now(), attributes: { 'confab.request_id': requestId, ...attributes } }, cause && { span: cause, isTrusted });
  const own = span?.spanContext() ?? (cause && { ...cause, traceFlags: isTrusted ? cause.traceFlags : 0 });
  const context: Context = { requestId, waits: createWaits(), ...(address === undefined ? {} : { address }), ...(own === undefined ? {} : { traceparent: formatTraceparent(own) }) };
  return {
    context,
    run: (work) => runInContext(context, work, span),
    end({ name: known, attributes: more, error, isError = error !== undefined && isUnexpected(error) } = {}) {
      if (span === undefined) return;
      if (known !== undefined) span.updateName(known);
      if (more !== undefined) span.setAttributes(more);
      if (error !== undefined) span.setAttribute('error.type', errorType(error));
      if (isError) span.setStatus(failedStatus);
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
  currentSpan()?.setAttribute('error.type', errorType(error)).setStatus(failedStatus);
}

/** A part of what is traced now; of what is not, only the work. */
export function inSpan<T>(name: string, options: SpanOptions, work: () => T): T {
  const start = startSpan;
  if (start === undefined) return work();
  const spans: Span[] = [];
  const scopes = currentScopes().map((scope): Scope => {
    if (scope.span === undefined) return scope;
    const span = start(name, { kind: kinds[options.kind ?? 'internal'], startTime: now(), ...(options.attributes && { attributes: options.attributes }) }, scope.span);
    spans.push(span);
    return { ...scope, span };
  });
  if (spans.length === 0) return work();
  const end = (): void => {
    for (const span of spans) span.end(now());
  };
  const failed = (error: unknown): never => {
    for (const span of spans) {
      span.setAttribute('error.type', errorType(error));
      if (isUnexpected(error)) span.setStatus(failedStatus);
    }
    end();
    throw error;
  };
  try {
    const result = runShared(scopes, work);
    if (result instanceof Promise) return result.then((value: unknown) => (end(), value), failed) as T;
    end();
    return result;
  } catch (error) {
    return failed(error);
  }
}

export type Recorded = SpanOptions & { readonly durationMs: number; readonly error?: unknown };

/** A part that has just ended, and had no parts of its own. */
export function recordSpan(name: string, options: Recorded): void {
  if (startSpan === undefined) return;
  for (const { span } of currentScopes()) if (span !== undefined) record(span, name, kinds[options.kind ?? 'internal'], options);
}

/** The same for what another process caused and has sampled: a part of its trace. */
export function recordEffect(traceparent: string, name: string, options: Omit<Recorded, 'kind'>): void {
  const cause = parseTraceparent(traceparent);
  if (cause !== undefined) record({ span: cause, isTrusted: true }, name, kinds.consumer, options);
}

function record(parent: Span | Cause, name: string, kind: number, { attributes, durationMs, error }: Recorded): void {
  const endTime = now();
  const span = startSpan?.(name, { kind, startTime: endTime - durationMs, ...(attributes && { attributes }) }, parent);
  if (error !== undefined) span?.setAttribute('error.type', errorType(error)).setStatus(failedStatus);
  span?.end(endTime);
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

export const isSampled = ({ traceFlags }: SpanContext): boolean => (traceFlags & sampledFlag) !== 0;

const w3c = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

function parseTraceparent(text: string | undefined): SpanContext | undefined {
  const [, traceId, spanId, flags] = w3c.exec(text ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}

function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-0${traceFlags & sampledFlag}`;
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

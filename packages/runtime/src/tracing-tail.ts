import { type Context, type Span, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import { isSampled } from './tracing.ts';

/** One request, frame or job of this process: the spans below the one that began here. */
type Family = { held: ReadableSpan[]; kept: 'sampled' | 'error' | 'slow' | 'no' | undefined; endedAt: number };

const mostHeldOfOne = 256;
const mostHeld = 16_384;
/** What goes on long after (a timer that was set meanwhile, and sets the next) is no part of it. */
const lateMs = 10_000;

/**
 * The tail rule. What was sampled goes on at once. What was not is held until the first span of its family has ended, and
 * goes on if that one failed, or answered somebody and took longer than `slowMs`; what ends after it has the same fate.
 */
export function createTail(next: SpanProcessor, slowMs: number): SpanProcessor {
  const families = new WeakMap<object, Family>();
  let held = 0;

  function hold(family: Family, span: ReadableSpan): void {
    if (family.held.length >= mostHeldOfOne || held >= mostHeld) return;
    family.held.push(span);
    held += 1;
  }

  function decide(family: Family, root: ReadableSpan): void {
    const kept = isSampled(root.spanContext()) ? 'sampled' : reasonToKeep(root, slowMs);
    family.kept = kept;
    family.endedAt = performance.now();
    held -= family.held.length;
    for (const span of [...family.held, root]) pass(span, kept);
    family.held = [];
  }

  function pass(span: ReadableSpan, kept: NonNullable<Family['kept']>): void {
    if (kept === 'sampled') next.onEnd(span);
    else if (kept !== 'no') next.onEnd(asSampled(span, kept));
  }

  return {
    onStart(span, parentContext) {
      const parent = localParent(parentContext);
      const family = parent === undefined ? undefined : families.get(parent);
      families.set(span, family ?? { held: [], kept: undefined, endedAt: Infinity });
      next.onStart(span, parentContext);
    },
    onEnd(span) {
      const family = families.get(span);
      if (family === undefined) return;
      if (span.parentSpanContext === undefined || span.parentSpanContext.isRemote === true) return decide(family, span);
      if (family.kept !== undefined) {
        if (performance.now() - family.endedAt < lateMs) pass(span, family.kept);
      } else if (isSampled(span.spanContext())) next.onEnd(span);
      else hold(family, span);
    },
    forceFlush: () => next.forceFlush(),
    shutdown: () => next.shutdown(),
  };
}

function localParent(context: Context): Span | undefined {
  const parent = trace.getSpan(context);
  return parent === undefined || parent.spanContext().isRemote === true ? undefined : parent;
}

function reasonToKeep({ kind, status, duration: [seconds, nanos] }: ReadableSpan, slowMs: number): 'error' | 'slow' | 'no' {
  if (status.code === SpanStatusCode.ERROR) return 'error';
  return kind === SpanKind.SERVER && seconds * 1_000 + nanos / 1e6 > slowMs ? 'slow' : 'no';
}

/** The next stage throws away what does not say that it was sampled. Why it is there all the same is told, or it would spoil whoever counts. */
function asSampled(span: ReadableSpan, why: string): ReadableSpan {
  const context = { ...span.spanContext(), traceFlags: TraceFlags.SAMPLED };
  const attributes = { ...span.attributes, 'confab.kept': why };
  return Object.create(span, { spanContext: { value: () => context }, attributes: { value: attributes } }) as ReadableSpan;
}

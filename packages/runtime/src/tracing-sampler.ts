import { type Context, createContextKey, trace } from '@opentelemetry/api';
import { type Sampler, SamplingDecision, type SamplingResult } from '@opentelemetry/sdk-trace';
import { isSampled } from './tracing.ts';

/** On contexts whose parent's decision counts, though it comes from elsewhere. */
export const trusted = createContextKey('confab.trusted');

/**
 * What begins here, or was caused by somebody outside, is sampled by chance; everything below it follows. Chance, and not
 * the trace's id as usual: that one may come from outside, and then its sender would decide.
 * Nothing is left unrecorded: whether it failed or was slow is known at its end.
 */
export function createSampler(ratio: number, random: () => number = Math.random): Sampler {
  return {
    shouldSample(context: Context): SamplingResult {
      const parent = trace.getSpanContext(context);
      const decides = parent !== undefined && (parent.isRemote !== true || context.getValue(trusted) === true);
      const isKept = decides ? isSampled(parent) : random() < ratio;
      return { decision: isKept ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.RECORD };
    },
    toString: () => `Confab{${ratio}}`,
  };
}

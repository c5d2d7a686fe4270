import fc from 'fast-check';

/** What is done to the world, and when. Numbers are taken modulo what there is. */
export type Step = { readonly at: number } & (
  | { readonly do: 'send'; readonly room: number; readonly user: number; readonly count: number; readonly bytes: number }
  | { readonly do: 'join' | 'leave' | 'rejoin'; readonly room: number; readonly user: number }
  | { readonly do: 'note'; readonly user: number }
  | { readonly do: 'cut'; readonly client: number }
  | { readonly do: 'slow'; readonly client: number; readonly forMs: number }
  | { readonly do: 'crash'; readonly node: number }
  | { readonly do: 'redisDown' | 'replicaStops'; readonly forMs: number }
  | { readonly do: 'redisFlush' }
  | { readonly do: 'trim'; readonly room: number; readonly keep: number }
  | { readonly do: 'failOver'; readonly lost: number }
);

export interface Script {
  readonly seed: number;
  readonly lost: number;
  readonly doubled: number;
  readonly steps: readonly Step[];
}

export const lastStepMs = 12_000;

const small = fc.nat(7);
const at = fc.nat(lastStepMs);
const forMs = fc.integer({ min: 50, max: 6_000 });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 90, arbitrary: fc.record({ at, do: fc.constant('send' as const), room: small, user: small, count: fc.integer({ min: 1, max: 6 }), bytes: fc.constant(8) }) },
  { weight: 6, arbitrary: fc.record({ at, do: fc.constant('send' as const), room: small, user: small, count: fc.integer({ min: 6, max: 30 }), bytes: fc.constant(16_000) }) },
  { weight: 1, arbitrary: fc.record({ at, do: fc.constant('send' as const), room: small, user: small, count: fc.integer({ min: 210, max: 700 }), bytes: fc.constant(8) }) },
  { weight: 36, arbitrary: fc.record({ at, do: fc.constantFrom('join' as const, 'leave' as const, 'rejoin' as const), room: small, user: small }) },
  { weight: 12, arbitrary: fc.record({ at, do: fc.constant('note' as const), user: small }) },
  { weight: 24, arbitrary: fc.record({ at, do: fc.constant('cut' as const), client: small }) },
  { weight: 18, arbitrary: fc.record({ at, do: fc.constant('slow' as const), client: small, forMs }) },
  { weight: 9, arbitrary: fc.record({ at, do: fc.constant('crash' as const), node: small }) },
  { weight: 15, arbitrary: fc.record({ at, do: fc.constantFrom('redisDown' as const, 'replicaStops' as const), forMs }) },
  { weight: 6, arbitrary: fc.record({ at, do: fc.constant('redisFlush' as const) }) },
  { weight: 3, arbitrary: fc.record({ at, do: fc.constant('trim' as const), room: small, keep: small }) },
  { weight: 3, arbitrary: fc.record({ at, do: fc.constant('failOver' as const), lost: fc.nat(4) }) },
);

/** The seed decides latencies and chances; it is not shrunk, as another seed is another world. */
export const script: fc.Arbitrary<Script> = fc.record({
  seed: fc.noShrink(fc.nat(0xffffffff)),
  lost: fc.constantFrom(0, 0, 0.05, 0.3),
  doubled: fc.constantFrom(0, 0.1),
  steps: fc.array(step, { minLength: 4, maxLength: 40, size: 'max' }),
});

/** How the figures of a fault are named in its table. */
export type Kind = 'lost' | 'doubled' | 'reordered' | 'leaked' | 'stale' | 'unsent' | 'late' | 'kept';

export interface Violation {
  readonly kind: Kind;
  readonly what: string;
}

export interface Limits {
  /** For one answer while the fault lasts. */
  readonly answerMs: number;
  /** From the heal until everybody sends and receives again. */
  readonly recoverMs: number;
  /** How much longer than his session somebody may be told of what is new. */
  readonly sessionMs: number;
  /** How much longer than his membership somebody may read what is cached. */
  readonly removalMs: number;
}

export const limits: Limits = { answerMs: 10_000, recoverMs: 10_000, sessionMs: 2_000, removalMs: 1_500 };

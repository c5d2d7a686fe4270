import type { Cast } from './cast.ts';
import type { Mains, Stage } from './stage.ts';

export interface Fault {
  readonly name: string;
  /** How long it lasts, where that is part of it. */
  readonly lastsMs?: number;
  /** A worker may then have done a job without having been able to say so to PostgreSQL: it is done again. */
  readonly repeatsJobs?: boolean;
  /** Answers how it is healed. */
  begin(stage: Stage, cast: Cast): Promise<() => void | Promise<void>>;
}

/** A defect that somebody could have made, and the fault under which it must show. */
export interface Defect {
  readonly name: string;
  readonly fault: string;
  /** What must be said of it: kind, colon, what. */
  readonly shows: RegExp;
  /** The apps to be made with these lines in place of those; none where the defect lies in a server's settings. */
  readonly edits: readonly Edit[];
  prepare?(stage: Stage): Promise<void>;
}

export interface Edit {
  readonly apps: readonly (keyof Mains)[];
  /** From the checkout. */
  readonly file: string;
  readonly line: string;
  readonly instead: string;
}

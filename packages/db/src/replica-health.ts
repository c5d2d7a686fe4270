import type { Logger } from '@confab/runtime';
import { parsePosition } from './position.ts';

type Sample = { at: number; position: bigint };

/** How far the primary was when: what a replica's position means in time. No clock but ours takes part. */
export class PrimaryHistory {
  readonly #samples: Sample[] = [];
  readonly #keepMs: number;
  #first: bigint | undefined;
  #epoch: string | undefined;

  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  /** Undefined until a primary has answered. */
  get epoch(): string | undefined {
    return this.#epoch;
  }

  /** After a promotion: positions of the history before may be beyond those of this one. */
  begin(epoch: string): void {
    this.#epoch = epoch;
    this.#samples.length = 0;
    this.#first = undefined;
  }

  add(sample: Sample): void {
    this.#first ??= sample.position;
    const last = this.#samples.at(-1);
    if (last !== undefined && sample.position <= last.position) return;
    this.#samples.push(sample);
    // The last sample stays whatever its age: an idle primary must not make its replicas look current by forgetting.
    while (this.#samples.length > 1 && sample.at - (this.#samples[0]?.at ?? 0) > this.#keepMs) this.#samples.shift();
  }

  /** For how long the primary has had something that this position does not show; 0 if there is no such thing. */
  lagMs(replayed: bigint, now: number): number {
    const missed = this.#samples.find((sample) => sample.position > replayed);
    return missed === undefined ? 0 : now - missed.at;
  }

  /** False: behind since before our first look, nobody knows how long. */
  reachesBack(replayed: bigint): boolean {
    return this.#first === undefined || replayed >= this.#first;
  }
}

/** `isOfHistory`: what was written since the primary became one has come to it. */
export type ReplicaAnswer = { inRecovery: boolean; replayed: string | null; isOfHistory: boolean };

/** Good answers in a row that put a replica into rotation, with at most half the lag that takes it out: one at the limit does not flap. */
const goodAnswers = 3;

/** Whether one replica is in rotation, and how far it has replayed. */
export class ReplicaHealth {
  readonly #label: string;
  readonly #logger: Logger;
  readonly #maxLagMs: number;
  readonly #told: (isOut: boolean) => void;
  #isHealthy = false;
  #good = 0;
  #replayed = 0n;
  #lagMs = 0;
  #lastReason: string | undefined;

  constructor({ label, logger, maxLagMs, told = () => undefined }: { label: string; logger: Logger; maxLagMs: number; told?: (isOut: boolean) => void }) {
    this.#label = label;
    this.#logger = logger;
    this.#maxLagMs = maxLagMs;
    this.#told = told;
  }

  get isHealthy(): boolean {
    return this.#isHealthy;
  }

  /** As of its last answer. */
  get lagMs(): number {
    return this.#lagMs;
  }

  hasReplayed(position: bigint): boolean {
    return this.#isHealthy && this.#replayed >= position;
  }

  answered({ inRecovery, replayed, isOfHistory }: ReplicaAnswer, history: PrimaryHistory, now: number): void {
    if (!inRecovery || replayed === null) {
      this.eject('not a replica');
      return;
    }
    this.#replayed = parsePosition(replayed);
    if (!isOfHistory) {
      this.eject('another history');
      return;
    }
    this.#lagMs = history.lagMs(this.#replayed, now);
    if (this.#lagMs > this.#maxLagMs) this.eject('lag', { lagMs: Math.round(this.#lagMs) });
    else if (!this.#isHealthy) this.#consider(history.reachesBack(this.#replayed) && this.#lagMs <= this.#maxLagMs / 2);
  }

  eject(reason: string, details: Record<string, unknown> = {}): void {
    this.#isHealthy = false;
    this.#told(true);
    this.#good = 0;
    if (this.#lastReason === reason) return;
    this.#lastReason = reason;
    this.#logger.warn({ replica: this.#label, reason, ...details }, 'replica out of rotation');
  }

  #consider(isGood: boolean): void {
    this.#good = isGood ? this.#good + 1 : 0;
    if (this.#good < goodAnswers) return;
    this.#isHealthy = true;
    this.#told(false);
    this.#lastReason = undefined;
    this.#logger.info({ replica: this.#label }, 'replica in rotation');
  }
}

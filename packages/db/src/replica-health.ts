import type { Logger } from '@confab/runtime';
import { parsePosition } from './position.ts';

type Sample = { at: number; position: bigint };

/** How far the primary was when: what a replica's position means in time. No clock but ours takes part. */
export class PrimaryHistory {
  readonly #samples: Sample[] = [];
  readonly #keepMs: number;

  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  add(sample: Sample): void {
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
}

export type ReplicaAnswer = { inRecovery: boolean; replayed: string | null };

/** Whether one replica is in rotation, and how far it has replayed. */
export class ReplicaHealth {
  readonly #label: string;
  readonly #logger: Logger;
  readonly #maxLagMs: number;
  readonly #told: (isOut: boolean) => void;
  #isHealthy = false;
  #replayed = 0n;
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

  hasReplayed(position: bigint): boolean {
    return this.#isHealthy && this.#replayed >= position;
  }

  answered({ inRecovery, replayed }: ReplicaAnswer, history: PrimaryHistory, now: number): void {
    if (!inRecovery || replayed === null) {
      this.eject('not a replica');
      return;
    }
    this.#replayed = parsePosition(replayed);
    const lagMs = history.lagMs(this.#replayed, now);
    if (lagMs > this.#maxLagMs) this.eject('lag', { lagMs: Math.round(lagMs) });
    else this.#restore();
  }

  eject(reason: string, details: Record<string, unknown> = {}): void {
    this.#isHealthy = false;
    this.#told(true);
    if (this.#lastReason === reason) return;
    this.#lastReason = reason;
    this.#logger.warn({ replica: this.#label, reason, ...details }, 'replica out of rotation');
  }

  #restore(): void {
    if (this.#isHealthy) return;
    this.#isHealthy = true;
    this.#told(false);
    this.#lastReason = undefined;
    this.#logger.info({ replica: this.#label }, 'replica in rotation');
  }
}

import { BrokenCircuitError, circuitBreaker, CircuitState, ConsecutiveBreaker, handleWhen } from 'cockatiel';
import { type BreakerSettings, defaultBreakerSettings } from './breaker-settings.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

export type BreakerState = 'closed' | 'half_open' | 'open';

/** What may be given up on: a server and, where one failing use must not stop another, the use. */
export type BreakerName = 'database_primary' | `database_replica_${number}` | `redis_${'cache' | 'limiter' | 'sessions' | 'publish' | 'leases' | 'replay'}` | `outbound_${string}`;

/** Refused without asking: what is asked has failed again and again, and it is not yet time to try anew. */
export class BreakerOpen extends Error {
  constructor(name: BreakerName) {
    super(`${name} is given up on for now`);
    this.name = 'BreakerOpen';
  }
}

export type Breaker = {
  readonly state: BreakerState;
  /** Counts what comes of the work. While open it is refused; then one call is the probe, and the others are refused until that is decided. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** For those whose success proves nothing: refused unless closed. */
  assertClosed(): void;
  /** A failure that was met outside of `run`. */
  failed(error: unknown): void;
};

export type Breakers = {
  readonly settings: BreakerSettings;
  /** `isFailure` tells the failures of what is asked from its answers that we do not like: only the former count. */
  create(name: BreakerName, isFailure: (error: unknown) => boolean, onOpen?: () => void): Breaker;
  /** One whose state somebody else finds out. */
  told(name: BreakerName): (isOpen: boolean) => void;
  states(): Readonly<Record<string, BreakerState>>;
};

const figures: Record<BreakerState, number> = { closed: 0, half_open: 1, open: 2 };

/** One a process. */
export function createBreakers({ logger, metrics, settings = defaultBreakerSettings }: { logger: Logger; metrics?: Metrics | undefined; settings?: BreakerSettings }): Breakers {
  const gauge = metrics?.gauge({ name: 'confab_breaker_state', help: 'Of each circuit breaker: 0 closed, 1 trying, 2 open.', labelNames: ['breaker'] });
  const transitions = metrics?.counter({ name: 'confab_breaker_transitions_total', help: 'Changes of a circuit breaker, by the state that it came to.', labelNames: ['breaker', 'to'] });
  const states = new Map<BreakerName, () => BreakerState>();

  function add(name: BreakerName, state: () => BreakerState): void {
    if (states.has(name)) throw new Error(`there is a breaker ${name} already`);
    states.set(name, state);
    gauge?.set({ breaker: name }, figures.closed);
    for (const to of Object.keys(figures)) transitions?.inc({ breaker: name, to }, 0);
  }

  function changed(name: BreakerName, to: BreakerState): void {
    gauge?.set({ breaker: name }, figures[to]);
    transitions?.inc({ breaker: name, to });
    logger[to === 'open' ? 'warn' : 'info']({ breaker: name, to }, 'breaker');
  }

  return {
    settings,
    states: () => Object.fromEntries([...states].map(([name, state]) => [name, state()])),
    create(name, isFailure, onOpen = () => undefined) {
      const policy = circuitBreaker(handleWhen(isFailure), { breaker: new ConsecutiveBreaker(settings.failures), halfOpenAfter: settings.openMs });
      const state = () => stateOf(policy.state);
      add(name, state);
      policy.onStateChange((to) => changed(name, stateOf(to)));
      policy.onBreak(onOpen);

      /** Since the last success: only then has the library anything to learn from the next one. */
      let hasFailed = false;

      /** While all is well, which is nearly always, a call costs no more than itself. */
      async function runClosed<T>(work: () => Promise<T>): Promise<T> {
        try {
          const answer = await work();
          if (hasFailed && policy.state === CircuitState.Closed) {
            hasFailed = false;
            await policy.execute(() => undefined);
          }
          return answer;
        } catch (error) {
          hasFailed = true;
          if (policy.state === CircuitState.Closed) await policy.execute(() => Promise.reject(error));
          throw error;
        }
      }

      async function runElse<T>(work: () => Promise<T>): Promise<T> {
        // The library would let the others wait for the probe.
        if (policy.state === CircuitState.HalfOpen) throw new BreakerOpen(name);
        try {
          return await policy.execute(work);
        } catch (error) {
          throw error instanceof BrokenCircuitError ? new BreakerOpen(name) : error;
        }
      }
      const run = <T>(work: () => Promise<T>): Promise<T> => (policy.state === CircuitState.Closed ? runClosed(work) : runElse(work));

      return {
        get state() {
          return state();
        },
        run,
        assertClosed() {
          if (policy.state !== CircuitState.Closed) throw new BreakerOpen(name);
        },
        failed(error) {
          if (policy.state === CircuitState.Closed) run(() => Promise.reject(error)).catch(() => undefined);
        },
      };
    },
    told(name) {
      let state: BreakerState = 'closed';
      add(name, () => state);
      return (isOpen) => {
        const to = isOpen ? 'open' : 'closed';
        if (to === state) return;
        state = to;
        changed(name, to);
      };
    },
  };
}

function stateOf(state: CircuitState): BreakerState {
  if (state === CircuitState.Closed) return 'closed';
  return state === CircuitState.HalfOpen ? 'half_open' : 'open';
}

import { AppError } from '@confab/runtime';

export type Outcome<O> = { readonly state: 'done'; readonly value: O } | { readonly state: 'failed'; readonly error: unknown } | { readonly state: 'passed over' };

export interface GatheringOptions<I, O> {
  /** Answers an outcome for each item. What it throws is the fate of them all. */
  run(items: readonly I[], ifLocked: 'wait' | 'pass over'): Promise<readonly Outcome<O>[]>;
  /** Nothing has taken effect, and it may be but one of them that failed. */
  mayBeSplit(error: unknown): boolean;
  readonly limits?: Partial<typeof defaultLimits>;
}

/** What is added while others are under way goes together. Those of one lane keep their order, and are not under way twice at once. */
export interface Gathering<I, O> {
  add(lane: string, item: I): Promise<O>;
}

export const defaultLimits = {
  /** Waiting, of all lanes. */
  waiting: 2_000,
  batch: 64,
  /** Batches of many lanes under way, none of which waits for a lock. */
  together: 3,
  /** None is begun beside one that is younger, so that they are large; and none waits for one that hangs. */
  slowMs: 50,
  /** Batches of one lane, which may. */
  apart: 4,
  /** Until it is begun. */
  waitMs: 1_500,
};

interface Waiting<I, O> {
  readonly item: I;
  readonly addedAt: number;
  /** It, or one beside it, made a batch of its lane fail. */
  isSuspect: boolean;
  resolve(value: O): void;
  reject(error: unknown): void;
}

interface Lane<I, O> {
  readonly name: string;
  waiting: Waiting<I, O>[];
  isUnderWay: boolean;
  /** Until it is empty: somebody else holds its lock, or one of a batch with it failed. */
  isApart: boolean;
}

type Way = 'together' | 'apart';

type Batch<I, O> = readonly (readonly [Lane<I, O>, Waiting<I, O>])[];

const overloaded = () => new AppError('service.overloaded', { retryAfterSeconds: 1 });

/**
 * Nothing waits for company: what comes in within one turn of the loop begins with its end, unless enough is under way.
 * A batch that failed is split into its lanes, and a lane's into its items, so that each has its own fate.
 */
export function createGathering<I, O>({ run, mayBeSplit, limits: given }: GatheringOptions<I, O>): Gathering<I, O> {
  const limits = { ...defaultLimits, ...given };
  const lanes = new Map<string, Lane<I, O>>();
  const underWay = { together: 0, apart: 0 };
  /** Of those together. */
  let slow = 0;
  let waiting = 0;
  let isDue = false;
  let expiry: NodeJS.Timeout | undefined;

  function take(lane: Lane<I, O>, most: number): Batch<I, O> {
    const first = lane.waiting.findIndex(({ isSuspect }) => isSuspect);
    const taken = lane.waiting.splice(0, first === 0 ? 1 : Math.min(most, first === -1 ? Infinity : first));
    waiting -= taken.length;
    if (taken.length > 0) lane.isUnderWay = true;
    // Whoever has more waits behind the others.
    lanes.delete(lane.name);
    lanes.set(lane.name, lane);
    return taken.map((each) => [lane, each] as const);
  }

  function next(isApart: boolean): Batch<I, O> {
    const batch: (readonly [Lane<I, O>, Waiting<I, O>])[] = [];
    for (const lane of lanes.values()) {
      if (lane.isUnderWay || lane.isApart !== isApart || lane.waiting.length === 0) continue;
      batch.push(...take(lane, limits.batch - batch.length));
      if (isApart || batch.length >= limits.batch) break;
    }
    return batch;
  }

  function pump(): void {
    isDue = false;
    while (underWay.together === slow && slow < limits.together && begin('together'));
    while (underWay.apart < limits.apart && begin('apart'));
  }

  function begin(way: Way): boolean {
    const batch = next(way === 'apart');
    if (batch.length === 0) return false;
    void perform(batch, way);
    return true;
  }

  function noteIfSlow(): () => void {
    let isSlow = false;
    const timer = setTimeout(() => {
      isSlow = true;
      slow += 1;
      pump();
    }, limits.slowMs);
    return () => {
      clearTimeout(timer);
      if (isSlow) slow -= 1;
    };
  }

  async function perform(batch: Batch<I, O>, way: Way): Promise<void> {
    underWay[way] += 1;
    const ended = way === 'together' ? noteIfSlow() : undefined;
    try {
      settle(batch, await run(batch.map(([, { item }]) => item), way === 'apart' ? 'wait' : 'pass over'));
    } catch (error) {
      if (batch.length > 1 && mayBeSplit(error)) split(batch, error);
      else for (const [, { reject }] of batch) reject(error);
    }
    ended?.();
    underWay[way] -= 1;
    for (const lane of lanesOf(batch)) {
      lane.isUnderWay = false;
      if (lane.waiting.length === 0) lanes.delete(lane.name);
    }
    pump();
  }

  function settle(batch: Batch<I, O>, outcomes: readonly Outcome<O>[]): void {
    const passedOver: (typeof batch)[number][] = [];
    for (const [index, each] of batch.entries()) {
      const outcome = outcomes[index];
      if (outcome?.state === 'done') each[1].resolve(outcome.value);
      else if (outcome?.state === 'passed over') passedOver.push(each);
      else each[1].reject(outcome?.error);
    }
    putBack(passedOver);
  }

  /** Who has waited too long by now, perhaps for a lock, does not begin to wait again. */
  function split(batch: Batch<I, O>, error: unknown): void {
    const { late = [], inTime = [] } = Object.groupBy(batch, ([, { addedAt }]) => (isLate(addedAt) ? 'late' : 'inTime'));
    for (const [, { reject }] of late) reject(error);
    if (lanesOf(batch).size === 1) for (const [, each] of inTime) each.isSuspect = true;
    putBack(inTime);
  }

  const isLate = (addedAt: number) => performance.now() - addedAt > limits.waitMs;

  function putBack(batch: Batch<I, O>): void {
    for (const [lane, of] of Map.groupBy(batch, ([each]) => each)) {
      lane.waiting.unshift(...of.map(([, each]) => each));
      lane.isApart = true;
      waiting += of.length;
    }
    expireLater();
  }

  function expireLater(): void {
    if (waiting > 0) expiry ??= setTimeout(expire, limits.waitMs / 8);
  }

  function expire(): void {
    expiry = undefined;
    // A process that stood still comes here before those whose turn it has long been have begun.
    pump();
    for (const lane of lanes.values()) {
      const expired = lane.waiting.filter(({ addedAt }) => isLate(addedAt));
      if (expired.length === 0) continue;
      lane.waiting = lane.waiting.filter(({ addedAt }) => !isLate(addedAt));
      waiting -= expired.length;
      if (lane.waiting.length === 0 && !lane.isUnderWay) lanes.delete(lane.name);
      for (const { reject } of expired) reject(overloaded());
    }
    expireLater();
  }

  return {
    add(name, item) {
      if (waiting >= limits.waiting) return Promise.reject(overloaded());
      const lane = lanes.get(name) ?? { name, waiting: [], isUnderWay: false, isApart: false };
      lanes.set(name, lane);
      const { promise, resolve, reject } = Promise.withResolvers<O>();
      lane.waiting.push({ item, addedAt: performance.now(), isSuspect: false, resolve, reject });
      waiting += 1;
      expireLater();
      if (!isDue) setImmediate(pump);
      isDue = true;
      return promise;
    },
  };
}

const lanesOf = <I, O>(batch: Batch<I, O>): ReadonlySet<Lane<I, O>> => new Set(batch.map(([lane]) => lane));

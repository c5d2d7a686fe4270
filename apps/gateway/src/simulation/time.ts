/** Virtual time: everything that waits is a task with a moment, and one seed decides every delay and every chance. */
export interface Time {
  now(): number;
  /** A number from 0 to below 1. */
  random(): number;
  chance(probability: number): boolean;
  at(delayMs: number, work: () => void): void;
  /** Mostly quick, sometimes slow, seldom very slow: what comes first is not what was asked first. */
  latency(): number;
  /** The answer of something far away: its work is done on the way, its answer travels back. */
  call<T>(work: () => T): Promise<T>;
  runUntil(untilMs: number): Promise<void>;
}

interface Task {
  readonly at: number;
  readonly order: number;
  readonly work: () => void;
}

const mostTasks = 100_000;

export function createTime(seed: number): Time {
  const heap: Task[] = [];
  let now = 0;
  let order = 0;
  let state = seed >>> 0;

  /** mulberry32 */
  function random(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  function at(delayMs: number, work: () => void): void {
    push(heap, { at: now + delayMs, order: order++, work });
  }

  function latency(): number {
    const kind = random();
    if (kind < 0.8) return random() * 4;
    return kind < 0.96 ? 4 + random() * 150 : 150 + random() * 2_500;
  }

  return {
    now: () => now,
    random,
    chance: (probability) => random() < probability,
    at,
    latency,
    call: (work) =>
      new Promise((resolve, reject) => {
        at(latency(), () => {
          try {
            const value = work();
            at(latency(), () => resolve(value));
          } catch (error) {
            at(latency(), () => reject(error as Error));
          }
        });
      }),
    async runUntil(untilMs) {
      let tasks = 0;
      for (let task = heap[0]; task !== undefined && task.at <= untilMs; task = heap[0]) {
        if ((tasks += 1) > mostTasks) throw new Error(`something goes round in circles at ${now} ms`);
        pop(heap);
        now = task.at;
        task.work();
        // Whatever it woke goes as far as it can before the next thing happens.
        await new Promise((resolve) => setImmediate(resolve));
      }
      now = untilMs;
    },
  };
}

const isBefore = (a: Task, b: Task) => a.at < b.at || (a.at === b.at && a.order < b.order);

function push(heap: Task[], task: Task): void {
  let index = heap.length;
  for (; index > 0; index = (index - 1) >> 1) {
    const parent = heap[(index - 1) >> 1] as Task;
    if (!isBefore(task, parent)) break;
    heap[index] = parent;
  }
  heap[index] = task;
}

function pop(heap: Task[]): void {
  const task = heap.pop() as Task;
  if (heap.length === 0) return;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1] as Task, heap[child] as Task)) child += 1;
    if (!isBefore(heap[child] as Task, task)) break;
    heap[index] = heap[child] as Task;
    index = child;
  }
  heap[index] = task;
}

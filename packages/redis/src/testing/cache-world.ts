import fc, { type Scheduler } from 'fast-check';
import { createCache, type Cache, type Loaded } from '../cache.ts';
import type { Commands } from '../commands.ts';
import type { Redis } from '../redis.ts';

/** What happens to one key, which holds a number that writers raise; 0: it does not exist. */
type ActInProcess =
  | { kind: 'read'; process: number; hasSeen: boolean }
  /** `untold`: its invalidation is lost; `unheard`: only the answer to it. */
  | { kind: 'write'; process: number; fate: 'told' | 'untold' | 'unheard' }
  | { kind: 'refresh' | 'crash' | 'cut' | 'mend'; process: number };
type ActOutside =
  | { kind: 'pass'; ms: number }
  /** Redis loses everything; or comes back with what it had some time ago. */
  | { kind: 'flush' | 'keep' | 'restore' };
export type Act = ActInProcess | ActOutside;

const process = fc.nat({ max: 1 });
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 30, arbitrary: fc.record({ kind: fc.constant('read'), process, hasSeen: fc.boolean() }) },
  { weight: 15, arbitrary: fc.record({ kind: fc.constant('write'), process, fate: fc.constantFrom('told', 'told', 'untold', 'unheard') }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('pass'), ms: fc.constantFrom(1, 300, 700, 1_001) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('refresh', 'refresh', 'cut', 'mend'), process }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('flush', 'keep', 'restore') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash'), process }) },
);
/** Each does his acts one after the other; who of them comes next is the scheduler's. */
export const anyActors = fc.array(fc.array(act, { minLength: 2, maxLength: 8 }), { minLength: 2, maxLength: 5 });

export type Tally = { reads: number; hits: number; stale: number; toldWrites: number; untoldWrites: number };

const never = new Promise<never>(() => undefined);
const key = 'k';

/** Two processes over one Redis and one truth. Throws when a reader gets what he must not get any more. */
export async function playInterleaving(scheduler: Scheduler, real: Commands, name: string, actors: readonly Act[][], tally: Tally): Promise<void> {
  const stored = `cache:${name}:1:one:{${key}}`;
  const commits: { n: number; at: number }[] = [];
  let truth = 0;
  let now = 0;
  let underWay = 0;
  /** What an acknowledged invalidation forbids to everybody, as long as Redis does not go back behind it. */
  let acknowledged = 0;
  let restores = 0;
  let kept: string | null = null;
  const processes = [0, 1].map(openProcess);

  /** On its way, done, and on its way back: anything may come in between. */
  async function step<R>(owner: { isDead: boolean }, label: string, work: () => R | Promise<R>): Promise<R> {
    await scheduler.schedule(Promise.resolve(), label);
    if (owner.isDead) return never;
    underWay += 1;
    const [outcome] = await Promise.allSettled([Promise.resolve().then(work)]).finally(() => (underWay -= 1));
    await scheduler.schedule(Promise.resolve(), `${label} answers`);
    if (owner.isDead) return never;
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  }

  function openProcess(index: number) {
    const self = { index, isDead: false, isCut: false, death: Promise.withResolvers<void>(), loss: 'told', ownFloor: 0, cache: undefined as unknown as Cache<{ n: number }>, load };
    const command = <R>(label: string, work: () => Promise<R>) =>
      step(self, `${index} ${label}`, () => (self.isCut ? Promise.reject(new Error('cut off')) : work()));
    const client = {
      evalSha: (sha: string, options: { keys: string[]; arguments: string[] }) => command('script', () => real.evalSha(sha, options)),
      eval: (lua: string, options: { keys: string[]; arguments: string[] }) => command('script', () => real.eval(lua, options)),
      del: (keys: string) =>
        command('del', async () => {
          const fate = self.loss;
          self.loss = 'told';
          if (fate !== 'untold') await real.del(keys);
          if (fate !== 'told') throw new Error('lost');
        }),
    };
    async function load(): Promise<Loaded<{ n: number }> | undefined> {
      const n = await step(self, `${index} load`, () => truth);
      return n === 0 ? undefined : { value: { n }, version: String(n), seq: n };
    }
    self.cache = createCache<{ n: number }>({
      // The world decides what comes late and what fails: nothing is given up on besides.
      redis: { client, guard: () => (command: () => Promise<unknown>) => command() } as unknown as Redis,
      epoch: async () => 'one',
      name,
      schemaVersion: 1,
      ttlMs: 60_000,
      negativeTtlMs: 60_000,
      look: (keys) => step(self, `${index} look`, () => new Map(truth === 0 ? [] : keys.map((k) => [k, { version: String(truth), seq: truth }]))),
      count(outcome) {
        if (outcome === 'hit') tally.hits += 1;
        if (outcome === 'stale') tally.stale += 1;
      },
      time: {
        now: () => now,
        wait: (ms) => step(self, `${index} wait`, () => void (now += ms)),
      },
    });
    return self;
  }

  const secondOld = () => Math.max(0, ...commits.filter(({ at }) => at <= now - 1_000).map(({ n }) => n));

  async function perform(what: Act): Promise<void> {
    if (!('process' in what)) return performOutside(what);
    const self = processes[what.process] as (typeof processes)[number];
    if (self.isDead) return;
    await Promise.race([performIn(self, what), self.death.promise]);
  }

  async function performOutside(what: ActOutside): Promise<void> {
    underWay += 1;
    await happen(what).finally(() => (underWay -= 1));
  }

  async function happen(what: ActOutside): Promise<void> {
    if (what.kind === 'pass') now += what.ms;
    else if (what.kind === 'flush') await real.del(stored);
    else if (what.kind === 'keep') kept = await real.get(stored);
    else {
      restores += 1;
      acknowledged = 0;
      if (kept !== null) await real.set(stored, kept, { expiration: { type: 'PX', value: 60_000 } });
    }
  }

  async function performIn(self: (typeof processes)[number], what: ActInProcess): Promise<void> {
    switch (what.kind) {
      case 'cut':
      case 'mend':
        self.isCut = what.kind === 'cut';
        return;
      case 'crash':
        self.isDead = true;
        self.death.resolve();
        return;
      case 'refresh':
        return self.cache.refresh();
      case 'read': {
        const seen = what.hasSeen ? truth : 0;
        const floors = { acknowledged, own: self.ownFloor, secondOld: secondOld(), seen };
        const n = (await self.cache.get(key, self.load, { atLeast: seen }))?.n ?? 0;
        tally.reads += 1;
        if (n < Math.max(...Object.values(floors))) throw new Error(`process ${self.index} read ${n}, but ${JSON.stringify(floors)}`);
        return;
      }
      case 'write': {
        truth += 1;
        const n = truth;
        commits.push({ n, at: now });
        await step(self, `${self.index} commit`, () => undefined);
        const restoresBefore = restores;
        self.loss = what.fate;
        const isTold = await self.cache.invalidate([key]);
        tally[isTold ? 'toldWrites' : 'untoldWrites'] += 1;
        self.ownFloor = Math.max(self.ownFloor, n);
        if (isTold && restores === restoresBefore) acknowledged = Math.max(acknowledged, n);
      }
    }
  }

  let left = actors.length;
  const playing = Promise.all(
    actors.map(async (acts, index) => {
      for (const what of acts) {
        await scheduler.schedule(Promise.resolve(), `actor ${index}: ${JSON.stringify(what)}`);
        await perform(what);
      }
      left -= 1;
    }),
  );
  playing.catch(() => (left = 0));
  const settled = async () => {
    do await new Promise(setImmediate);
    while (underWay > 0);
  };
  for (let idle = 0; left > 0 && idle < 2_000; ) {
    await settled();
    if (scheduler.count() > 0) {
      idle = 0;
      await scheduler.waitNext(1);
    } else idle += 1;
  }
  // What is left on its way after the last answer (a fill) is let out as well.
  while (scheduler.count() > 0) {
    await scheduler.waitNext(1);
    await settled();
  }
  await real.del(stored);
  if (left > 0) throw new Error('nothing moves any more');
  await playing;
}

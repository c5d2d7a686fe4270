import type { Metrics } from '@confab/runtime';
import type { Db } from './database.ts';
import { currentNeed } from './freshness.ts';
import type { Target } from './pool.ts';
import type { Replica } from './replica.ts';
import { ReplicaFailed } from './replica-driver.ts';
import type { Replicas } from './replicas.ts';

/** All its statements go to one server. Called again when that server cannot answer: it only reads. */
export type Reading<T> = (db: Db, target: Target) => Promise<T>;

/** However many replicas there are, a request has better to do than to ask them all. */
const mostReplicas = 2;

/**
 * A replica that shows what the reader must see, another one if that fails, else the primary: nobody's request fails
 * because of a replica.
 */
export function createReads({ primary, replicas, metrics }: { primary: Db; replicas: Replicas; metrics: Metrics | undefined }) {
  const reads = metrics?.counter({
    name: 'confab_db_reads_total',
    help: 'Reads that may go to a replica, by where they went and why there: fit or again (a replica, at the first or second try); unknown (whether it is new enough), none (in rotation), behind (its own writes), seen (events it was told of), dead, busy, conflict.',
    labelNames: ['target', 'reason'],
  });

  const reasons: Record<Target, readonly string[]> = { replica: ['fit', 'again'], primary: ['unknown', 'none', 'behind', 'seen', 'dead', 'busy', 'conflict'] };
  for (const [target, each] of Object.entries(reasons)) for (const reason of each) reads?.inc({ target, reason }, 0);

  return async function read<T>(work: Reading<T>): Promise<T> {
    const need = currentNeed();
    const tried = new Set<Replica>();
    let reason: string = 'unknown';
    while (!need.onPrimary && tried.size < mostReplicas) {
      const replica = replicas.choose(need.position, tried);
      if (typeof replica === 'string') {
        if (tried.size === 0) reason = replica;
        break;
      }
      tried.add(replica);
      try {
        const answer = await replica.run(need.seen, (db) => work(db, 'replica'));
        reads?.inc({ target: 'replica', reason: tried.size === 1 ? 'fit' : 'again' });
        return answer;
      } catch (error) {
        if (!(error instanceof ReplicaFailed)) throw error;
        reason = error.failure;
        // It had the fewest reads under way: one wait is enough.
        if (reason === 'busy') break;
      }
    }
    reads?.inc({ target: 'primary', reason });
    return work(primary, 'primary');
  };
}

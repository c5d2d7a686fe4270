import type pg from 'pg';
import type { PrimaryHosts } from './primary-hosts.ts';

/**
 * Which history of which database is written to: its system identifier and timeline, which is another one after each
 * promotion. Known of every connection that is used, so it is asked for only as long as there was none.
 */
export function createEpoch(hosts: PrimaryHosts, pool: pg.Pool): () => Promise<string> {
  return async function epoch() {
    if (hosts.epoch === undefined) (await pool.connect()).release();
    if (hosts.epoch === undefined) throw new Error('the database does not say who it is');
    return hosts.epoch;
  };
}

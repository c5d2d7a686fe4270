import type pg from 'pg';

/**
 * Which history of which database this is: its system identifier and timeline. Sequence numbers mean nothing across
 * two of them. It can only change behind a new connection, so it is asked again when the pool has opened one.
 */
export function createEpoch(pool: pg.Pool): () => Promise<string> {
  let generation = 0;
  let known: { generation: number; value: Promise<string> } | undefined;
  pool.on('connect', () => {
    generation += 1;
  });

  async function ask(): Promise<string> {
    const { rows } = await pool.query<{ system: string; timeline: string }>(
      "select (select system_identifier from pg_control_system())::text as system, ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int::text as timeline",
    );
    const [row] = rows;
    if (row === undefined) throw new Error('the database does not say who it is');
    return `${BigInt(row.system).toString(36)}-${row.timeline}`;
  }

  return function epoch() {
    if (known?.generation === generation) return known.value;
    const asked = { generation, value: ask() };
    known = asked;
    asked.value.catch(() => {
      if (known === asked) known = undefined;
    });
    return asked.value;
  };
}

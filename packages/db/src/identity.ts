/** A server as it answers: which history of which database it has, or that it takes no writes. */
export type Identity = { readonly system: string; readonly timeline: number };

export type IdentityRow = { readOnly: boolean; system: string; timeline: number | null };

/** A replica has a timeline too, but tells it to nobody. */
export const identityColumns = `
  current_setting('transaction_read_only')::bool as "readOnly",
  (select system_identifier from pg_control_system())::text as system,
  case when pg_is_in_recovery() then null else ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int end as timeline`;

/** The server answers, but is not the one to write to. */
export class NotPrimary extends Error {
  override readonly name = 'NotPrimary';

  constructor(why: string) {
    super(`not the primary: ${why}`);
  }
}

export function identityOf(row: IdentityRow | undefined): Identity {
  if (row === undefined) throw new Error('the database does not say who it is');
  if (row.readOnly || row.timeline === null) throw new NotPrimary('it takes no writes');
  return { system: row.system, timeline: row.timeline };
}

/** Sequence numbers mean nothing across two of them. */
export function epochOf({ system, timeline }: Identity): string {
  return `${BigInt(system).toString(36)}-${timeline}`;
}

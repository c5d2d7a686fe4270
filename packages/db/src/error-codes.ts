import type { ErrorCode } from '@confab/contract';
import { constraintName, isConnectionFailure, isPoolExhausted, sqlState } from './failures.ts';

/**
 * Every constraint and unique index of the schema: the code of the error that breaking it means, or null where only a
 * mistake of ours can break it.
 */
export const constraintCodes: Readonly<Record<string, ErrorCode | null>> = {
  users_pkey: null,
  users_kind_check: null,
  users_username_key: 'username.taken',
  users_email_key: 'email.taken',
  sessions_pkey: null,
  sessions_user_id_fkey: 'user.not_found',
  signing_keys_pkey: null,
  second_factors_pkey: null,
  second_factors_user_id_fkey: 'user.not_found',
  recovery_codes_pkey: null,
  recovery_codes_user_id_fkey: null,
  audit_entries_pkey: null,
  idempotency_keys_pkey: 'request.conflict',
  idempotency_keys_user_id_fkey: 'user.not_found',
  stream_pkey: null,
  stream_head_check: null,
  stream_event_pkey: null,
  rooms_pkey: null,
  rooms_kind_check: null,
  rooms_member_count_check: null,
  rooms_created_by_fkey: 'user.not_found',
  rooms_name_check: 'request.invalid',
  memberships_pkey: 'request.conflict',
  memberships_room_id_fkey: 'room.not_found',
  memberships_user_id_fkey: 'user.not_found',
  memberships_role_check: null,
  messages_pkey: null,
  messages_room_id_fkey: 'room.not_found',
  messages_type_check: null,
  messages_author_id_fkey: 'user.not_found',
  messages_parent_message_id_fkey: 'message.not_found',
  messages_room_seq_key: null,
  messages_nonce_key: 'message.nonce_reused',
  epochs_pkey: null,
  backfills_pkey: null,
  job_pools_pkey: null,
  schema_version_pkey: null,
  schema_version_only_check: null,
};

/** What else PostgreSQL says that is no mistake of ours. */
const stateCodes: readonly [RegExp, ErrorCode][] = [
  // Text that cannot be stored (NUL), or is not what its column holds, or is out of its range.
  [/^(22021|22P05|22P02|22003|22007|22008|22009)$/, 'request.invalid'],
  [/^(23505|40001|40P01)$/, 'request.conflict'],
  // Too slow: a lock, a statement, a transaction that waited.
  [/^(55P03|57014|25P03)$/, 'service.overloaded'],
  // Stopping, starting, full, or a replica where the primary was.
  [/^(08...|25006|53...|57P0[1-5])$/, 'database.unavailable'],
];

/** The code of the answer to an error that came out of this package; undefined means that something is broken. */
export function constraintError(error: unknown): ErrorCode | undefined {
  const constraint = constraintName(error);
  if (constraint !== undefined) {
    const code = constraintCodes[constraint];
    if (code !== undefined) return code ?? undefined;
  }
  if (isPoolExhausted(error)) return 'service.overloaded';
  const state = sqlState(error);
  if (state !== undefined) return stateCodes.find(([pattern]) => pattern.test(state))?.[1];
  return isConnectionFailure(error) ? 'database.unavailable' : undefined;
}

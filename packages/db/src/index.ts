/**
 * PostgreSQL: pools with time limits, Kysely on a primary and its replicas, transactions that know their place in the
 * log, jobs enqueued in them, and what a database error means to a caller. Durations are in milliseconds. int8 is a
 * JS number here; one beyond 2^53 throws.
 */
export { createDatabase, type Database, type DatabaseOptions, type Db, type Tx } from './database.ts';
export { enqueue, type JobOptions, jobTrace } from './enqueue.ts';
export { constraintCodes, constraintError } from './error-codes.ts';
export { constraintName, isConnectionFailure, sqlState } from './failures.ts';
export { findPrimary } from './find-primary.ts';
export { createJobPool, type JobPool } from './job-pool.ts';
export { LastStatement } from './last-statement.ts';
export { loginSettings } from './pool.ts';
export type { Position } from './position.ts';
export { named } from './query-name.ts';
export type { Reading } from './reads.ts';
export { SchemaMismatch } from './schema-version.ts';
export type { DB } from '../generated/tables.ts';

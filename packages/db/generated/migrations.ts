// Generated from migrations/ by `npm run schema`. Do not edit.

export const migrationNames: readonly string[] = [
  '0001_users-and-sessions',
  '0002_streams',
  '0003_rooms-and-messages',
  '0004_admission',
  '0005_application-role',
  '0006_idempotency-keys',
  '0007_schema-version',
  '0008_hot-reads',
  '0009_refused-appends',
  '0010_backfills',
  '0011_epochs',
  '0012_job-pools'
];

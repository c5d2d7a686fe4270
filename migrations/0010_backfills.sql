-- Up Migration
-- How far each backfill has come, written in the transaction of each of its batches.
CREATE TABLE backfills (
  name text CONSTRAINT backfills_pkey PRIMARY KEY,
  last_key text,
  row_count bigint NOT NULL DEFAULT 0,
  started_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz
);
-- It is run by whoever migrates.
REVOKE INSERT, UPDATE, DELETE ON backfills FROM confab_app;

-- Down Migration
DROP TABLE backfills;

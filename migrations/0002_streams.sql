-- Up Migration
CREATE TABLE stream (
  id text PRIMARY KEY,
  head bigint NOT NULL DEFAULT 0 CONSTRAINT stream_head_check CHECK (head >= 0)
) WITH (fillfactor = 50);

CREATE TABLE stream_event (
  stream_id text NOT NULL,
  seq bigint NOT NULL,
  at timestamptz NOT NULL,
  type text NOT NULL,
  subject_id uuid,
  author_id uuid,
  subject_user_id uuid,
  control boolean NOT NULL DEFAULT false,
  trace text,
  payload text NOT NULL,
  CONSTRAINT stream_event_pkey PRIMARY KEY (stream_id, seq, at)
) PARTITION BY RANGE (at);
CREATE INDEX stream_event_by_subject ON stream_event (subject_id) WHERE subject_id IS NOT NULL;

-- A late job must never refuse a send: what has no week of its own falls here, and moves when its week is made.
CREATE TABLE stream_event_default PARTITION OF stream_event DEFAULT;

CREATE FUNCTION stream_event_make_week(moment timestamptz) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  first_day date := date_trunc('week', moment AT TIME ZONE 'UTC')::date;
  lower_bound timestamptz := first_day::timestamp AT TIME ZONE 'UTC';
  upper_bound timestamptz := (first_day + 7)::timestamp AT TIME ZONE 'UTC';
  name text := 'stream_event_' || to_char(first_day, 'IYYY"w"IW');
BEGIN
  IF to_regclass(name) IS NOT NULL THEN
    RETURN NULL;
  END IF;
  LOCK TABLE stream_event IN SHARE UPDATE EXCLUSIVE MODE;
  IF to_regclass(name) IS NOT NULL THEN
    RETURN NULL;
  END IF;
  EXECUTE format('CREATE TABLE %I (LIKE stream_event INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
  EXECUTE format(
    'WITH moved AS (DELETE FROM stream_event_default WHERE at >= %L AND at < %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
    lower_bound, upper_bound, name);
  EXECUTE format('ALTER TABLE stream_event ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, lower_bound, upper_bound);
  RETURN name;
END
$$;

SELECT stream_event_make_week(now() + make_interval(weeks => n)) FROM generate_series(0, 4) AS n;

-- Down Migration
DROP TABLE stream_event;
DROP FUNCTION stream_event_make_week(timestamptz);
DROP TABLE stream;

-- Up Migration
-- What the processes may do, whoever they log in as: a member of this role, which owns nothing. Roles belong to the whole
-- server, where another database may have made it already, or is making it now.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'confab_app') THEN
    CREATE ROLE confab_app NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL;
END
$$;

GRANT USAGE ON SCHEMA public TO confab_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO confab_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO confab_app;
-- And on what later migrations make. A table with other rules revokes in its own migration, as these two do.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO confab_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO confab_app;
REVOKE UPDATE, DELETE ON audit_entries FROM confab_app;
REVOKE INSERT, UPDATE, DELETE ON pgmigrations FROM confab_app;

-- The three things that need an owner, each as narrow as its purpose.
ALTER FUNCTION stream_event_make_week(timestamptz) SECURITY DEFINER SET search_path = public, pg_temp;

CREATE FUNCTION stream_event_drop_week(name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF name !~ '^stream_event_[0-9]{4}w[0-9]{2}$' OR NOT EXISTS (
    SELECT FROM pg_inherits WHERE inhparent = 'public.stream_event'::regclass AND inhrelid = to_regclass('public.' || name)
  ) THEN
    RAISE EXCEPTION '% is not a week of the log', name USING ERRCODE = 'undefined_table';
  END IF;
  EXECUTE format('DROP TABLE public.%I', name);
END
$$;

-- graphile-worker shows its tables to their owner alone.
CREATE FUNCTION enqueue_job(
  task text, payload json, queue text, run_at timestamptz, max_attempts smallint, key text, priority smallint, key_mode text
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM graphile_worker.add_job(
    identifier => task, payload => payload, queue_name => queue, run_at => run_at,
    max_attempts => max_attempts, job_key => key, priority => priority, job_key_mode => key_mode);
END
$$;

REVOKE EXECUTE ON FUNCTION stream_event_make_week(timestamptz), stream_event_drop_week(text),
  enqueue_job(text, json, text, timestamptz, smallint, text, smallint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stream_event_make_week(timestamptz), stream_event_drop_week(text),
  enqueue_job(text, json, text, timestamptz, smallint, text, smallint, text) TO confab_app;

-- Down Migration
DROP FUNCTION enqueue_job(text, json, text, timestamptz, smallint, text, smallint, text);
DROP FUNCTION stream_event_drop_week(text);
GRANT EXECUTE ON FUNCTION stream_event_make_week(timestamptz) TO PUBLIC;
REVOKE EXECUTE ON FUNCTION stream_event_make_week(timestamptz) FROM confab_app;
ALTER FUNCTION stream_event_make_week(timestamptz) SECURITY INVOKER RESET search_path;

ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT, INSERT, UPDATE, DELETE ON TABLES FROM confab_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE USAGE ON SEQUENCES FROM confab_app;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM confab_app;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM confab_app;
REVOKE ALL ON SCHEMA public FROM confab_app;
-- The role stays, without a right here: other databases of the server may hold on to it.

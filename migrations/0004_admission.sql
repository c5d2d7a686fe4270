-- Up Migration
SET LOCAL lock_timeout = '2s';

-- When the generation that is live, or an access token issued with it, was first used.
ALTER TABLE sessions ADD COLUMN used_at timestamptz;

CREATE TABLE second_factors (
  user_id uuid PRIMARY KEY CONSTRAINT second_factors_user_id_fkey REFERENCES users (id) ON DELETE CASCADE,
  sealed_secret bytea NOT NULL,
  confirmed_at timestamptz,
  last_step bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL
);

CREATE TABLE recovery_codes (
  user_id uuid NOT NULL CONSTRAINT recovery_codes_user_id_fkey REFERENCES second_factors (user_id) ON DELETE CASCADE,
  code_hash bytea NOT NULL,
  CONSTRAINT recovery_codes_pkey PRIMARY KEY (user_id, code_hash)
);

CREATE TABLE audit_entries (
  id uuid PRIMARY KEY,
  at timestamptz NOT NULL,
  action text NOT NULL,
  actor_id uuid,
  subject_id uuid,
  session_id uuid,
  address text NOT NULL DEFAULT '',
  request_id text NOT NULL DEFAULT '',
  details jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_entries_by_actor ON audit_entries (actor_id, id);
CREATE INDEX audit_entries_by_subject ON audit_entries (subject_id, id);

-- Append-only for everybody, the owner of the table included; retention drops it by a later migration's own means.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Down Migration
SET LOCAL lock_timeout = '2s';
DROP TABLE audit_entries;
DROP FUNCTION refuse_change();
DROP TABLE recovery_codes;
DROP TABLE second_factors;
ALTER TABLE sessions DROP COLUMN used_at;

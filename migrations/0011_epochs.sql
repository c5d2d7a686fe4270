-- Up Migration
-- Every history that was written to: system identifier and timeline. The first process that meets a new primary writes the row; a
-- replica that shows it follows that primary, and not the one before.
CREATE TABLE epochs (
  epoch text CONSTRAINT epochs_pkey PRIMARY KEY,
  begun_at timestamptz NOT NULL DEFAULT now()
);
REVOKE UPDATE, DELETE ON epochs FROM confab_app;

-- Down Migration
DROP TABLE epochs;

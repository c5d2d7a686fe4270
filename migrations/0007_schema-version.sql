-- Up Migration
-- The oldest program that may run on this schema, by the number of the newest migration that it knows. A migration that
-- only adds leaves it; one that takes away what older programs use raises it, once none of them runs any more.
CREATE TABLE schema_version (
  is_only boolean PRIMARY KEY DEFAULT true CONSTRAINT schema_version_only_check CHECK (is_only),
  oldest_program integer NOT NULL
);
INSERT INTO schema_version (oldest_program) VALUES (7);

-- Down Migration
DROP TABLE schema_version;

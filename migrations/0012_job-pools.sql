-- Up Migration
-- Who takes jobs, and when he last said so: whoever is killed says nothing more, and what he held is given to others.
CREATE TABLE job_pools (
  id text CONSTRAINT job_pools_pkey PRIMARY KEY,
  seen_at timestamptz NOT NULL DEFAULT now()
);
-- Written by the worker as the owner of the job tables.
REVOKE ALL ON job_pools FROM confab_app;

-- Down Migration
DROP TABLE job_pools;

-- What takes long and survives a restart of the office: exports (ADM-5, ADM-6, ACC-35).

CREATE TABLE job (
  job_id      uuid PRIMARY KEY,
  domain_id   uuid NOT NULL REFERENCES domain ON DELETE CASCADE,
  -- Whose it is; only he sees it.
  person_id   uuid NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('calls')),
  -- What the kind needs: format, filter, language.
  ask         jsonb NOT NULL,
  state       text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
  progress    real NOT NULL DEFAULT 0,
  rows        bigint NOT NULL DEFAULT 0,
  attempts    smallint NOT NULL DEFAULT 0,
  created_at  timestamptz NOT NULL,
  finished_at timestamptz,
  file_name   text,
  size        bigint,
  failure     text,
  expires_at  timestamptz NOT NULL
);
CREATE INDEX job_page ON job (domain_id, person_id, created_at DESC, job_id DESC);
CREATE INDEX job_queue ON job (created_at, job_id) WHERE state IN ('queued', 'running');
-- One at a time (ADM-6.4).
CREATE UNIQUE INDEX job_domain_id_person_id_key ON job (domain_id, person_id) WHERE state IN ('queued', 'running');

CALL protect_tenant_table('job');
GRANT SELECT, INSERT ON job TO kommutator_app;
GRANT SELECT, UPDATE, DELETE ON job TO kommutator_system;

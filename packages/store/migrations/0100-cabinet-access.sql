-- Cabinet accounts, web sessions, password recovery, letters (ACC-4…ACC-7, ACC-16). SQL within PostgreSQL 15.

-- personal: e-mail and position of an employee. Language null = the domain's.
ALTER TABLE pbx_user
  ADD COLUMN email    text CHECK (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' AND length(email) <= 254),
  ADD COLUMN position text NOT NULL DEFAULT '' CHECK (length(position) <= 100),
  ADD COLUMN language text CHECK (language IN ('ru', 'en'));
ALTER TABLE pool_admin
  ADD COLUMN email    text CHECK (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' AND length(email) <= 254),
  ADD COLUMN language text CHECK (language IN ('ru', 'en'));
ALTER TABLE provider_user
  ADD COLUMN email    text CHECK (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' AND length(email) <= 254),
  ADD COLUMN language text CHECK (language IN ('ru', 'en'));

-- The version of the domain a change made: what was changed since somebody read it (409 says what).
ALTER TABLE action_history ADD COLUMN domain_version bigint;
CREATE INDEX action_history_object ON action_history (domain_id, object_id, domain_version);
CREATE FUNCTION stamp_version() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
  AS $$
    BEGIN
      NEW.domain_version := (SELECT version + 1 FROM domain WHERE domain_id = NEW.domain_id);
      RETURN NEW;
    END
  $$;
REVOKE EXECUTE ON FUNCTION stamp_version() FROM PUBLIC;
CREATE TRIGGER version BEFORE INSERT ON action_history FOR EACH ROW EXECUTE FUNCTION stamp_version();

-- Who may sign in; the id is the person's own. Without a password hash nobody can.
CREATE TABLE cabinet_account (
  account_id       uuid PRIMARY KEY,
  domain_id        uuid REFERENCES domain ON DELETE CASCADE,
  user_id          uuid CHECK (user_id IS NULL OR user_id = account_id),
  pool_admin_id    uuid REFERENCES pool_admin ON DELETE CASCADE CHECK (pool_admin_id IS NULL OR pool_admin_id = account_id),
  provider_user_id uuid REFERENCES provider_user ON DELETE CASCADE CHECK (provider_user_id IS NULL OR provider_user_id = account_id),
  -- argon2id in PHC form.
  password_hash    text CHECK (password_hash LIKE '$argon2id$%'),
  password_set_at  timestamptz,
  -- Sealed; in force once confirmed. The last step whose code was taken: no code twice (RFC 6238 §5.2).
  totp_secret      text CHECK (totp_secret LIKE 'v1:%'),
  totp_on          boolean NOT NULL DEFAULT false CHECK (NOT totp_on OR totp_secret IS NOT NULL),
  totp_step        bigint NOT NULL DEFAULT 0,
  CHECK (num_nonnulls(user_id, pool_admin_id, provider_user_id) = 1),
  CHECK ((user_id IS NULL) = (domain_id IS NULL)),
  CONSTRAINT cabinet_account_user_id_fkey FOREIGN KEY (domain_id, user_id) REFERENCES pbx_user ON DELETE CASCADE
);
CREATE INDEX cabinet_account_domain ON cabinet_account (domain_id);

-- Codes for who lost his telephone; each works once and is then gone.
CREATE TABLE recovery_code (
  account_id uuid NOT NULL REFERENCES cabinet_account ON DELETE CASCADE,
  code_hash  bytea NOT NULL,
  domain_id  uuid,
  PRIMARY KEY (account_id, code_hash)
);

-- The token itself is only in the browser's cookie.
CREATE TABLE web_session (
  session_id uuid PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES cabinet_account ON DELETE CASCADE,
  domain_id  uuid,
  token_hash bytea NOT NULL UNIQUE,
  remembered boolean NOT NULL,
  created_at timestamptz NOT NULL,
  seen_at    timestamptz NOT NULL,
  -- Absolute end; the idle limit is judged by seen_at.
  ends_at    timestamptz NOT NULL,
  address    text NOT NULL,
  agent      text NOT NULL
);
CREATE INDEX web_session_account ON web_session (account_id);
CREATE INDEX web_session_end ON web_session (ends_at);

-- One-time links of password recovery.
CREATE TABLE password_link (
  token_hash bytea PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES cabinet_account ON DELETE CASCADE,
  domain_id  uuid,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX password_link_account ON password_link (account_id);

-- Mail log and queue in one. What the letter says is sealed, and erased when it is sent or given up.
CREATE TABLE letter (
  letter_id  uuid PRIMARY KEY,
  domain_id  uuid REFERENCES domain ON DELETE CASCADE,
  kind       text NOT NULL,
  recipient  text NOT NULL,
  content    text CHECK (content LIKE 'v1:%'),
  state      text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed')),
  attempts   smallint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  next_at    timestamptz NOT NULL,
  done_at    timestamptz,
  failure    text,
  CHECK ((state = 'waiting') = (content IS NOT NULL))
);
CREATE INDEX letter_due ON letter (next_at) WHERE state = 'waiting';
CREATE INDEX letter_page ON letter (domain_id, created_at DESC);

-- Everybody who could sign in, of all three kinds. For the system role: it sees all tenants.
CREATE VIEW cabinet_person AS
  SELECT u.user_id AS account_id, 'user' AS kind, u.domain_id, d.name AS domain_name, NULL::uuid AS pool_id,
         u.login, u.display_name AS name, u.email, coalesce(u.language, d.language) AS language,
         u.is_domain_admin AS is_admin, u.is_operator, false AS is_supervisor
    FROM pbx_user u JOIN domain d USING (domain_id)
  UNION ALL
  SELECT p.pool_admin_id, 'pool', NULL, NULL, p.pool_id, p.login, p.display_name, p.email, coalesce(p.language, 'ru'),
         false, false, p.is_supervisor
    FROM pool_admin p
  UNION ALL
  SELECT v.provider_user_id, 'provider', NULL, NULL, NULL, v.login, v.display_name, v.email, coalesce(v.language, 'ru'),
         false, false, false
    FROM provider_user v;

CALL protect_tenant_table('cabinet_account');
CALL protect_tenant_table('recovery_code');
CALL protect_tenant_table('web_session');
CALL protect_tenant_table('password_link');
CALL protect_tenant_table('letter');

-- The application may set secrets and end sessions, not read a secret.
GRANT SELECT (account_id, domain_id, user_id, totp_on, password_set_at), INSERT,
  UPDATE (password_hash, password_set_at, totp_secret, totp_on, totp_step) ON cabinet_account TO kommutator_app;
GRANT SELECT (account_id, domain_id), INSERT, DELETE ON recovery_code TO kommutator_app;
GRANT SELECT (session_id, account_id, domain_id, remembered, created_at, seen_at, ends_at, address, agent), DELETE
  ON web_session TO kommutator_app;
GRANT SELECT (account_id, domain_id, created_at, expires_at), DELETE ON password_link TO kommutator_app;
GRANT SELECT, INSERT ON letter TO kommutator_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON cabinet_account, recovery_code, web_session, password_link, letter
  TO kommutator_system;
GRANT SELECT ON cabinet_person TO kommutator_system;

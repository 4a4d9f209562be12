-- Domains, the version of everything, the action history (ADM-9). SQL within PostgreSQL 15.

-- The tenant of this transaction: set_config('app.domain', …, true). Null = none, and then row-level security shows nothing.
CREATE FUNCTION current_domain() RETURNS uuid
  LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('app.domain', true), '')::uuid $$;

CREATE TABLE domain (
  domain_id          uuid PRIMARY KEY,
  version            bigint NOT NULL DEFAULT 1,
  name               text NOT NULL UNIQUE CHECK (name = lower(name) AND name ~ '^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$'),
  company            text NOT NULL CHECK (company <> ''),
  timezone           text NOT NULL,
  language           text NOT NULL DEFAULT 'ru' CHECK (language IN ('ru', 'en')),
  mode               text NOT NULL DEFAULT 'commercial' CHECK (mode IN ('trial', 'commercial')),
  home_codes         text[] NOT NULL DEFAULT '{}',
  default_outgoing_number_id uuid,
  restriction        text NOT NULL DEFAULT 'none' CHECK (restriction IN ('none', 'international', 'intercity', 'internal_only')),
  pickup_code        text CHECK (pickup_code ~ '^\*[0-9*#]{1,5}$'),
  incoming_channels  integer NOT NULL CHECK (incoming_channels >= 0),
  outgoing_channels  integer NOT NULL CHECK (outgoing_channels >= 0),
  forwarding_policy  text NOT NULL DEFAULT 'simultaneous' CHECK (forwarding_policy IN ('simultaneous', 'scheduled-wins')),
  created_at         timestamptz NOT NULL
);

-- One row: the version of what every node knows (numbers, names, trunks, credentials).
CREATE TABLE directory (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  version  bigint NOT NULL
);
INSERT INTO directory (version) VALUES (1);

-- Money of a domain in kopecks.
CREATE TABLE account (
  domain_id    uuid PRIMARY KEY REFERENCES domain ON DELETE CASCADE,
  balance      bigint NOT NULL DEFAULT 0,
  credit_limit bigint NOT NULL DEFAULT 0 CHECK (credit_limit >= 0)
);

-- Head of each hash chain; the nil UUID is the chain of the provider's own actions.
CREATE TABLE action_chain (
  chain uuid PRIMARY KEY,
  seq   bigint NOT NULL,
  hash  bytea NOT NULL,
  -- The transaction that last recorded an action here: no version rises without one.
  txid  xid8 NOT NULL
);

-- Append-only. No foreign keys: rows outlive what they speak of.
CREATE TABLE action_history (
  action_id   uuid PRIMARY KEY,
  domain_id   uuid,
  seq         bigint NOT NULL,
  at          timestamptz NOT NULL,
  actor_id    uuid,
  actor_login text NOT NULL,
  actor_name  text NOT NULL,
  ip          text,
  source      text NOT NULL CHECK (source IN ('cabinet', 'pool', 'provider', 'api', 'system')),
  object_type text NOT NULL,
  object_id   uuid,
  object_name text NOT NULL,
  action      text NOT NULL,
  changes     jsonb NOT NULL,
  prev_hash   bytea NOT NULL,
  hash        bytea NOT NULL
);
CREATE UNIQUE INDEX action_history_chain ON action_history
  (coalesce(domain_id, '00000000-0000-0000-0000-000000000000'), seq);
CREATE INDEX action_history_page ON action_history (domain_id, at DESC, action_id DESC);

CREATE FUNCTION action_hash(a action_history) RETURNS bytea
  LANGUAGE sql STABLE
  AS $$
    SELECT sha256(convert_to(jsonb_build_array(
      encode(a.prev_hash, 'hex'), a.action_id, a.domain_id, a.seq, (extract(epoch FROM a.at) * 1000)::bigint,
      a.actor_id, a.actor_login, a.actor_name, a.ip, a.source,
      a.object_type, a.object_id, a.object_name, a.action, a.changes)::text, 'UTF8'))
  $$;

-- Place in the chain and hash are never the writer's to choose.
CREATE FUNCTION chain_action() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
  AS $$
    DECLARE head action_chain;
    BEGIN
      INSERT INTO action_chain AS c (chain, seq, hash, txid)
        VALUES (coalesce(NEW.domain_id, '00000000-0000-0000-0000-000000000000'), 1, '', pg_current_xact_id())
        ON CONFLICT (chain) DO UPDATE SET seq = c.seq + 1, txid = pg_current_xact_id()
        RETURNING c.* INTO head;
      NEW.seq := head.seq;
      NEW.prev_hash := head.hash;
      NEW.hash := action_hash(NEW);
      UPDATE action_chain SET hash = NEW.hash WHERE chain = head.chain;
      RETURN NEW;
    END
  $$;
CREATE TRIGGER chain BEFORE INSERT ON action_history FOR EACH ROW EXECUTE FUNCTION chain_action();

CREATE FUNCTION refuse_change() RETURNS trigger
  LANGUAGE plpgsql
  AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege'; END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON action_history FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- First broken row of a domain's chain (null domain = the provider's), or null when the chain holds.
CREATE FUNCTION action_chain_break(of_domain uuid) RETURNS bigint
  LANGUAGE sql STABLE
  AS $$
    WITH rows AS (
      SELECT a.seq, a.hash, action_hash(a) AS expected, a.prev_hash,
             lag(a.hash) OVER (ORDER BY a.seq) AS before, lag(a.seq) OVER (ORDER BY a.seq) AS seq_before
        FROM action_history a WHERE a.domain_id IS NOT DISTINCT FROM of_domain
    ), broken AS (
      SELECT seq FROM rows WHERE hash <> expected OR before <> prev_hash OR seq <> seq_before + 1
      UNION ALL
      SELECT c.seq FROM action_chain c
       WHERE c.chain = coalesce(of_domain, '00000000-0000-0000-0000-000000000000')
         AND NOT EXISTS (SELECT FROM rows r WHERE r.seq = c.seq AND r.hash = c.hash)
    )
    SELECT min(seq) FROM broken
  $$;

-- The last statement of every change: raises versions and tells the nodes. A change without an action is refused.
-- Null domain = the provider's own (trunks). Returns the new version, or null when the transaction wrote nothing.
CREATE FUNCTION finish_change(changed uuid, directory_too boolean) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
  AS $$
    DECLARE risen bigint; directory_risen bigint;
    BEGIN
      IF pg_current_xact_id_if_assigned() IS NULL THEN RETURN NULL; END IF;
      IF session_user = 'kommutator_app' AND changed IS DISTINCT FROM current_domain() THEN
        RAISE EXCEPTION 'not the domain of this transaction' USING ERRCODE = 'insufficient_privilege';
      END IF;
      IF NOT EXISTS (
        SELECT FROM action_chain
         WHERE chain = coalesce(changed, '00000000-0000-0000-0000-000000000000') AND txid = pg_current_xact_id()
      ) THEN
        RAISE EXCEPTION 'a change without an action' USING ERRCODE = 'KM001';
      END IF;
      IF changed IS NOT NULL THEN
        UPDATE domain SET version = version + 1 WHERE domain_id = changed RETURNING version INTO risen;
        PERFORM pg_notify('config', changed || ':' || risen);
      END IF;
      IF directory_too OR changed IS NULL THEN
        UPDATE directory SET version = version + 1 RETURNING version INTO directory_risen;
        PERFORM pg_notify('config', 'directory:' || directory_risen);
      END IF;
      RETURN coalesce(risen, directory_risen);
    END
  $$;
REVOKE EXECUTE ON FUNCTION finish_change(uuid, boolean), chain_action(), refuse_change() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION finish_change(uuid, boolean) TO kommutator_app, kommutator_system;

-- Row-level security of one tenant table: the application sees its domain, the system role all.
CREATE PROCEDURE protect_tenant_table(tenant_table regclass)
  LANGUAGE plpgsql
  AS $$
    BEGIN
      EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', tenant_table);
      EXECUTE format('CREATE POLICY tenant ON %s TO kommutator_app
        USING (domain_id = current_domain()) WITH CHECK (domain_id = current_domain())', tenant_table);
      EXECUTE format('CREATE POLICY system ON %s TO kommutator_system USING (true) WITH CHECK (true)', tenant_table);
    END
  $$;
REVOKE EXECUTE ON PROCEDURE protect_tenant_table(regclass) FROM PUBLIC;

CALL protect_tenant_table('domain');
CALL protect_tenant_table('account');
CALL protect_tenant_table('action_history');

GRANT SELECT ON domain, account, action_history, directory TO kommutator_app;
GRANT UPDATE (company, timezone, language, home_codes, default_outgoing_number_id, restriction, pickup_code,
  incoming_channels, outgoing_channels, forwarding_policy) ON domain TO kommutator_app;
GRANT INSERT ON action_history TO kommutator_app, kommutator_system;
GRANT SELECT ON domain, account, action_history, action_chain, directory TO kommutator_system;
GRANT INSERT, UPDATE, DELETE ON domain, account TO kommutator_system;

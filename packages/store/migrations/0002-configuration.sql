-- What a domain is configured with. Keys are (domain_id, id): a reference to another tenant's row cannot be written.

CREATE TABLE number (
  domain_id uuid NOT NULL REFERENCES domain,
  number_id uuid NOT NULL,
  digits    text NOT NULL UNIQUE CHECK (digits ~ '^[0-9]{5,15}$'),
  kind      text NOT NULL CHECK (kind IN ('main', 'additional')),
  class     text NOT NULL CHECK (class IN ('city', 'tollfree')),
  PRIMARY KEY (domain_id, number_id)
);
ALTER TABLE domain ADD CONSTRAINT domain_default_outgoing_number_id_fkey
  FOREIGN KEY (domain_id, default_outgoing_number_id) REFERENCES number;

CREATE TABLE pickup_group (
  domain_id       uuid NOT NULL REFERENCES domain,
  pickup_group_id uuid NOT NULL,
  name            text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
  PRIMARY KEY (domain_id, pickup_group_id)
);
CREATE UNIQUE INDEX pickup_group_domain_id_name_key ON pickup_group (domain_id, lower(name));

CREATE TABLE pbx_user (
  domain_id          uuid NOT NULL REFERENCES domain,
  user_id            uuid NOT NULL,
  login              text NOT NULL CHECK (login ~ '^[a-z0-9]([a-z0-9._-]{0,30}[a-z0-9])?$' AND login ~ '[a-z]'),
  display_name       text NOT NULL CHECK (display_name <> ''),
  outgoing_number_id uuid,
  restriction        text CHECK (restriction IN ('none', 'international', 'intercity', 'internal_only')),
  is_operator        boolean NOT NULL DEFAULT false,
  is_domain_admin    boolean NOT NULL DEFAULT false,
  voicemail_on       boolean NOT NULL DEFAULT false,
  pickup_group_id    uuid,
  PRIMARY KEY (domain_id, user_id),
  UNIQUE (domain_id, login),
  CONSTRAINT pbx_user_outgoing_number_id_fkey FOREIGN KEY (domain_id, outgoing_number_id) REFERENCES number,
  CONSTRAINT pbx_user_pickup_group_id_fkey FOREIGN KEY (domain_id, pickup_group_id) REFERENCES pickup_group
);
CREATE INDEX pbx_user_pickup_group ON pbx_user (domain_id, pickup_group_id) WHERE pickup_group_id IS NOT NULL;

CREATE TABLE forwarding_rule (
  domain_id          uuid NOT NULL,
  forwarding_rule_id uuid NOT NULL,
  user_id            uuid NOT NULL,
  type               text NOT NULL CHECK (type IN ('sip', 'mobile', 'landline')),
  target             text NOT NULL CHECK (target <> ''),
  priority           smallint NOT NULL CHECK (priority BETWEEN 1 AND 99),
  ring_time_s        smallint NOT NULL CHECK (ring_time_s BETWEEN 5 AND 120),
  schedule           jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(schedule) = 'array'),
  enabled            boolean NOT NULL DEFAULT true,
  PRIMARY KEY (domain_id, forwarding_rule_id),
  UNIQUE (domain_id, user_id, target),
  CONSTRAINT forwarding_rule_user_id_fkey FOREIGN KEY (domain_id, user_id) REFERENCES pbx_user ON DELETE CASCADE
);

CREATE TABLE pbx_group (
  domain_id    uuid NOT NULL REFERENCES domain,
  group_id     uuid NOT NULL,
  name         text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 50 AND name !~ ','),
  algorithm    text NOT NULL DEFAULT 'none' CHECK (algorithm IN ('none', 'all', 'acd_random', 'acd_idle', 'acd_load')),
  voicemail_on boolean NOT NULL DEFAULT false,
  PRIMARY KEY (domain_id, group_id)
);
CREATE UNIQUE INDEX pbx_group_domain_id_name_key ON pbx_group (domain_id, lower(name));

CREATE TABLE group_member (
  domain_id uuid NOT NULL,
  group_id  uuid NOT NULL,
  user_id   uuid NOT NULL,
  priority  smallint NOT NULL DEFAULT 10 CHECK (priority BETWEEN 1 AND 99),
  PRIMARY KEY (domain_id, group_id, user_id),
  CONSTRAINT group_member_group_id_fkey FOREIGN KEY (domain_id, group_id) REFERENCES pbx_group ON DELETE CASCADE,
  CONSTRAINT group_member_user_id_fkey FOREIGN KEY (domain_id, user_id) REFERENCES pbx_user ON DELETE CASCADE
);
CREATE INDEX group_member_user ON group_member (domain_id, user_id);

-- The one space of internal numbers of a domain (USR-12): each belongs to one user, one group or one service.
CREATE TABLE extension (
  domain_id uuid NOT NULL REFERENCES domain,
  extension text NOT NULL CHECK (extension ~ '^[1-9][0-9]{0,4}$' AND extension <> '112'),
  user_id   uuid,
  group_id  uuid,
  service   text CHECK (service IN ('echo')),
  CONSTRAINT extension_domain_id_extension_key PRIMARY KEY (domain_id, extension),
  CONSTRAINT extension_owner_check CHECK (num_nonnulls(user_id, group_id, service) = 1),
  UNIQUE (domain_id, user_id),
  UNIQUE (domain_id, group_id),
  CONSTRAINT extension_user_id_fkey FOREIGN KEY (domain_id, user_id) REFERENCES pbx_user ON DELETE CASCADE,
  CONSTRAINT extension_group_id_fkey FOREIGN KEY (domain_id, group_id) REFERENCES pbx_group ON DELETE CASCADE
);

CREATE TABLE ivr_scenario (
  domain_id       uuid NOT NULL REFERENCES domain,
  ivr_scenario_id uuid NOT NULL,
  name            text NOT NULL CHECK (name <> ''),
  PRIMARY KEY (domain_id, ivr_scenario_id)
);
CREATE UNIQUE INDEX ivr_scenario_domain_id_name_key ON ivr_scenario (domain_id, lower(name));

CREATE TABLE routing_rule (
  domain_id            uuid NOT NULL,
  routing_rule_id      uuid NOT NULL,
  number_id            uuid NOT NULL,
  priority             smallint NOT NULL CHECK (priority BETWEEN 1 AND 100),
  active               boolean NOT NULL DEFAULT true,
  schedule             jsonb,
  prefixes             text[],
  target_type          text NOT NULL
    CHECK (target_type IN ('user', 'group', 'ivr', 'voicemail', 'fax', 'end', 'privateRoute')),
  user_id              uuid,
  group_id             uuid,
  ivr_scenario_id      uuid,
  private_route_number text,
  PRIMARY KEY (domain_id, routing_rule_id),
  UNIQUE (domain_id, number_id, priority) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT routing_rule_target_check CHECK (CASE target_type
    WHEN 'user' THEN user_id IS NOT NULL AND num_nonnulls(group_id, ivr_scenario_id, private_route_number) = 0
    WHEN 'group' THEN group_id IS NOT NULL AND num_nonnulls(user_id, ivr_scenario_id, private_route_number) = 0
    WHEN 'ivr' THEN ivr_scenario_id IS NOT NULL AND num_nonnulls(user_id, group_id, private_route_number) = 0
    WHEN 'end' THEN num_nonnulls(user_id, group_id, ivr_scenario_id, private_route_number) = 0
    WHEN 'privateRoute' THEN
      private_route_number IS NOT NULL AND num_nonnulls(user_id, group_id, ivr_scenario_id) = 0
    ELSE num_nonnulls(user_id, group_id) = 1 AND num_nonnulls(ivr_scenario_id, private_route_number) = 0
  END),
  CONSTRAINT routing_rule_number_id_fkey FOREIGN KEY (domain_id, number_id) REFERENCES number ON DELETE CASCADE,
  CONSTRAINT routing_rule_user_id_fkey FOREIGN KEY (domain_id, user_id) REFERENCES pbx_user,
  CONSTRAINT routing_rule_group_id_fkey FOREIGN KEY (domain_id, group_id) REFERENCES pbx_group,
  CONSTRAINT routing_rule_ivr_scenario_id_fkey FOREIGN KEY (domain_id, ivr_scenario_id) REFERENCES ivr_scenario
);

-- HA1 values are sealed with the master key.
CREATE TABLE sip_credential (
  domain_id         uuid NOT NULL,
  sip_credential_id uuid NOT NULL,
  user_id           uuid NOT NULL,
  kind              text NOT NULL CHECK (kind IN ('password', 'device', 'browser')),
  login             text NOT NULL,
  ha1_md5           text NOT NULL CHECK (ha1_md5 LIKE 'v1:%'),
  ha1_sha256        text NOT NULL CHECK (ha1_sha256 LIKE 'v1:%'),
  private_only      boolean NOT NULL DEFAULT false,
  PRIMARY KEY (domain_id, sip_credential_id),
  CONSTRAINT sip_credential_user_id_fkey FOREIGN KEY (domain_id, user_id) REFERENCES pbx_user ON DELETE CASCADE
);
CREATE INDEX sip_credential_user ON sip_credential (domain_id, user_id);
CREATE UNIQUE INDEX sip_credential_domain_id_password_key ON sip_credential (domain_id, user_id) WHERE kind = 'password';

CREATE TABLE registration (
  domain_id      uuid NOT NULL,
  user_id        uuid NOT NULL,
  login          text NOT NULL,
  contact        text NOT NULL,
  instance       text,
  protocol       text NOT NULL,
  source_address text NOT NULL,
  source_port    integer NOT NULL,
  call_id        text NOT NULL,
  cseq           bigint NOT NULL,
  path           text[] NOT NULL,
  user_agent     text NOT NULL,
  q              smallint NOT NULL,
  registered_at  timestamptz NOT NULL,
  expires_at     timestamptz NOT NULL,
  PRIMARY KEY (domain_id, login, contact),
  CONSTRAINT registration_user_id_fkey FOREIGN KEY (domain_id, user_id) REFERENCES pbx_user ON DELETE CASCADE
);
CREATE INDEX registration_user ON registration (domain_id, user_id);

-- Pools of domains (POOL-2).
CREATE TABLE pool (
  pool_id               uuid PRIMARY KEY,
  name                  text NOT NULL UNIQUE CHECK (name <> ''),
  routing_number_length smallint NOT NULL DEFAULT 4 CHECK (routing_number_length BETWEEN 2 AND 6),
  dial_prefix           text NOT NULL DEFAULT '' CHECK (dial_prefix ~ '^[0-9*#]{0,3}$'),
  separator             text NOT NULL DEFAULT '' CHECK (separator ~ '^[*#]?$')
);
CREATE TABLE pool_domain (
  domain_id      uuid PRIMARY KEY REFERENCES domain ON DELETE CASCADE,
  pool_id        uuid NOT NULL REFERENCES pool,
  routing_number text CHECK (routing_number ~ '^[0-9]{2,6}$'),
  UNIQUE (pool_id, routing_number)
);
CREATE TABLE pool_admin (
  pool_admin_id uuid PRIMARY KEY,
  pool_id       uuid NOT NULL REFERENCES pool ON DELETE CASCADE,
  login         text NOT NULL UNIQUE,
  display_name  text NOT NULL CHECK (display_name <> ''),
  is_supervisor boolean NOT NULL DEFAULT false
);

-- The provider's own.
CREATE TABLE provider_user (
  provider_user_id uuid PRIMARY KEY,
  login            text NOT NULL UNIQUE,
  display_name     text NOT NULL CHECK (display_name <> '')
);
CREATE TABLE trunk (
  trunk_id            uuid PRIMARY KEY,
  name                text NOT NULL UNIQUE CHECK (name <> ''),
  enabled             boolean NOT NULL,
  trusts              text[] NOT NULL,
  destinations        jsonb NOT NULL CHECK (jsonb_typeof(destinations) = 'array'),
  -- {aor, username, realm, expires}; its secret stands beside it, sealed.
  registration        jsonb,
  registration_secret text CHECK (registration_secret LIKE 'v1:%'),
  number_format       text NOT NULL CHECK (number_format IN ('e164', 'plus', 'national8')),
  called_in           text NOT NULL CHECK (called_in IN ('requestUri', 'to')),
  prefixes            text[] NOT NULL,
  priority            smallint NOT NULL,
  max_calls           integer CHECK (max_calls >= 0),
  CONSTRAINT trunk_registration_check CHECK ((registration IS NULL) = (registration_secret IS NULL))
);

DO $$
  DECLARE t text;
  BEGIN
    FOREACH t IN ARRAY ARRAY['number', 'pickup_group', 'pbx_user', 'forwarding_rule', 'pbx_group', 'group_member',
      'extension', 'ivr_scenario', 'routing_rule', 'sip_credential', 'registration', 'pool_domain']
    LOOP
      CALL protect_tenant_table(t::regclass);
    END LOOP;
  END
$$;

GRANT SELECT, INSERT, UPDATE, DELETE ON pickup_group, pbx_user, forwarding_rule, pbx_group, group_member, extension,
  ivr_scenario, routing_rule TO kommutator_app;
-- Numbers and pool membership are given by the provider; registrations are written by the registrar.
GRANT SELECT ON number, registration, pool_domain TO kommutator_app;
GRANT DELETE ON registration TO kommutator_app;
-- The application may set secrets, not read them.
GRANT SELECT (domain_id, sip_credential_id, user_id, kind, login, private_only), INSERT, DELETE,
  UPDATE (ha1_md5, ha1_sha256, private_only) ON sip_credential TO kommutator_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON number, pickup_group, pbx_user, forwarding_rule, pbx_group, group_member,
  extension, ivr_scenario, routing_rule, sip_credential, registration, pool, pool_domain, pool_admin, provider_user,
  trunk TO kommutator_system;

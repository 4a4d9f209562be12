-- What stays of calls (ADM-1, ADM-4). Written once by the projection. No foreign keys: a record must be kept whatever
-- became of its domain. No row-level security (the trigram index is not used under it): only the module call-history
-- reads these tables, always with domain_id.

CREATE TABLE call (
  call_id     uuid PRIMARY KEY,
  domain_id   uuid NOT NULL,
  direction   text NOT NULL,
  kind        text NOT NULL,
  a_number    text NOT NULL,
  a_name      text NOT NULL,
  b_number    text NOT NULL,
  b_name      text NOT NULL,
  number_id   uuid,
  started_at  timestamptz NOT NULL,
  answered_at timestamptz,
  ended_at    timestamptz NOT NULL,
  talk_ms     bigint NOT NULL,
  sip_status  smallint NOT NULL,
  q850        smallint NOT NULL,
  ended_by    text NOT NULL,
  protocol    jsonb NOT NULL
);
CREATE INDEX call_page ON call (domain_id, started_at DESC, call_id DESC);

CREATE TABLE call_leg (
  call_id     uuid NOT NULL,
  leg_id      uuid NOT NULL,
  domain_id   uuid NOT NULL,
  role        text NOT NULL,
  kind        text NOT NULL,
  number      text NOT NULL,
  user_id     uuid,
  trunk_id    uuid,
  sip_call_id text NOT NULL,
  started_at  timestamptz NOT NULL,
  answered_at timestamptz,
  ended_at    timestamptz NOT NULL,
  sip_status  smallint NOT NULL,
  q850        smallint NOT NULL,
  packets_in  bigint,
  packets_out bigint,
  loss        double precision,
  jitter_ms   double precision,
  mos         double precision,
  PRIMARY KEY (call_id, leg_id)
);

CREATE TABLE call_party (
  call_id     uuid NOT NULL,
  -- Place in the record: one subject may take part twice.
  ordinal     smallint NOT NULL,
  domain_id   uuid NOT NULL,
  role        text NOT NULL,
  subject     uuid NOT NULL,
  kind        text NOT NULL,
  peer_number text NOT NULL,
  peer_name   text NOT NULL,
  started_at  timestamptz NOT NULL,
  talk_ms     bigint NOT NULL,
  note        jsonb,
  PRIMARY KEY (call_id, ordinal)
);
CREATE INDEX call_party_page ON call_party (domain_id, role, subject, started_at DESC, call_id DESC);

-- How far a node's journal has been projected: moves forward in the transaction that saves the records.
CREATE TABLE journal_checkpoint (
  node       text PRIMARY KEY,
  segment    bigint NOT NULL,
  "offset"   bigint NOT NULL
);

GRANT SELECT ON call, call_leg, call_party TO kommutator_app;
GRANT SELECT, INSERT ON call, call_leg, call_party TO kommutator_system;
GRANT SELECT, INSERT, UPDATE ON journal_checkpoint TO kommutator_system;

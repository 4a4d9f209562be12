/** The database as Kysely sees it; the migrations are the truth. */
import type {
  DomainSnapshot,
  ForwardingRule,
  GroupAlgorithm,
  NumberConfig,
  Restriction,
  RoutingTarget,
  SipCredential,
  TrunkConfig,
} from '@kommutator/model/config';
import type { CallDirection, EndedBy, RegistrationRecord } from '@kommutator/model/events';
import type {
  CallId,
  CredentialId,
  DomainId,
  E164,
  ForwardingRuleId,
  GroupId,
  LegId,
  NumberId,
  PickupGroupId,
  RoutingRuleId,
  ScenarioId,
  TrunkId,
  UserId,
} from '@kommutator/model/ids';
import type { CallKind, CallLegRow, CallPartyRow, ProtocolLine } from '@kommutator/model/record';
import type { Schedule } from '@kommutator/model/schedule';
import type { ColumnType, Generated } from 'kysely';
import type { ExportAsk, JobState } from '../jobs.ts';

/** jsonb: read as a value, written as text (pg would turn an array into an SQL array). */
type Json<T> = ColumnType<T, string, string>;
/** timestamptz: read as Date, written as ISO 8601. */
type Stamp = ColumnType<Date, string, string>;
type Mutable<T> = T extends readonly (infer Item)[] ? Item[] : T;

export interface Tables {
  domain: {
    domain_id: DomainId;
    version: ColumnType<bigint, never, never>;
    name: string;
    company: string;
    timezone: string;
    language: DomainSnapshot['language'];
    mode: Generated<'trial' | 'commercial'>;
    home_codes: string[];
    default_outgoing_number_id: NumberId | null;
    restriction: Restriction;
    pickup_code: string | null;
    incoming_channels: number;
    outgoing_channels: number;
    forwarding_policy: DomainSnapshot['forwardingPolicy'];
    created_at: Stamp;
  };
  directory: { version: ColumnType<bigint, never, never> };
  account: {
    domain_id: DomainId;
    /** Kopecks. */
    balance: bigint;
    credit_limit: Generated<bigint>;
  };
  action_history: {
    action_id: string;
    domain_id: DomainId | null;
    seq: ColumnType<bigint, never, never>;
    at: Stamp;
    actor_id: string | null;
    actor_login: string;
    actor_name: string;
    ip: string | null;
    source: 'cabinet' | 'pool' | 'provider' | 'api' | 'system';
    object_type: string;
    object_id: string | null;
    object_name: string;
    action: string;
    changes: Json<unknown[]>;
    domain_version: ColumnType<bigint | null, never, never>;
  };
  number: {
    domain_id: DomainId;
    number_id: NumberId;
    digits: E164;
    kind: NumberConfig['kind'];
    class: NumberConfig['class'];
  };
  pickup_group: { domain_id: DomainId; pickup_group_id: PickupGroupId; name: string };
  pbx_user: {
    domain_id: DomainId;
    user_id: UserId;
    login: string;
    display_name: string;
    outgoing_number_id: NumberId | null;
    restriction: Restriction | null;
    is_operator: boolean;
    is_domain_admin: boolean;
    voicemail_on: boolean;
    pickup_group_id: PickupGroupId | null;
    email: string | null;
    position: Generated<string>;
    language: 'ru' | 'en' | null;
  };
  forwarding_rule: {
    domain_id: DomainId;
    forwarding_rule_id: ForwardingRuleId;
    user_id: UserId;
    type: ForwardingRule['type'];
    target: string;
    priority: number;
    ring_time_s: number;
    schedule: Json<Schedule>;
    enabled: boolean;
  };
  pbx_group: {
    domain_id: DomainId;
    group_id: GroupId;
    name: string;
    algorithm: GroupAlgorithm;
    voicemail_on: boolean;
  };
  group_member: { domain_id: DomainId; group_id: GroupId; user_id: UserId; priority: number };
  extension: {
    domain_id: DomainId;
    extension: string;
    user_id: UserId | null;
    group_id: GroupId | null;
    service: 'echo' | null;
  };
  ivr_scenario: { domain_id: DomainId; ivr_scenario_id: ScenarioId; name: string };
  routing_rule: {
    domain_id: DomainId;
    routing_rule_id: RoutingRuleId;
    number_id: NumberId;
    priority: number;
    active: boolean;
    schedule: ColumnType<Schedule | null, string | null, string | null>;
    prefixes: string[] | null;
    target_type: RoutingTarget['kind'];
    user_id: UserId | null;
    group_id: GroupId | null;
    ivr_scenario_id: ScenarioId | null;
    private_route_number: string | null;
  };
  sip_credential: {
    domain_id: DomainId;
    sip_credential_id: CredentialId;
    user_id: UserId;
    kind: SipCredential['kind'];
    login: string;
    ha1_md5: string;
    ha1_sha256: string;
    private_only: boolean;
  };
  registration: {
    domain_id: DomainId;
    user_id: UserId;
    login: string;
    contact: string;
    instance: string | null;
    protocol: RegistrationRecord['protocol'];
    source_address: string;
    source_port: number;
    call_id: string;
    cseq: bigint;
    path: string[];
    user_agent: string;
    q: number;
    registered_at: Stamp;
    expires_at: Stamp;
  };
  pool: {
    pool_id: string;
    name: string;
    routing_number_length: Generated<number>;
    dial_prefix: Generated<string>;
    separator: Generated<string>;
  };
  pool_domain: { domain_id: DomainId; pool_id: string; routing_number: string | null };
  pool_admin: {
    pool_admin_id: string;
    pool_id: string;
    login: string;
    display_name: string;
    is_supervisor: boolean;
    email: string | null;
    language: 'ru' | 'en' | null;
  };
  provider_user: {
    provider_user_id: string;
    login: string;
    display_name: string;
    email: string | null;
    language: 'ru' | 'en' | null;
  };
  cabinet_account: {
    account_id: string;
    domain_id: DomainId | null;
    user_id: UserId | null;
    pool_admin_id: string | null;
    provider_user_id: string | null;
    password_hash: string | null;
    password_set_at: ColumnType<Date | null, string | null, string | null>;
    totp_secret: string | null;
    totp_on: Generated<boolean>;
    totp_step: Generated<bigint>;
  };
  recovery_code: { account_id: string; code_hash: Buffer; domain_id: DomainId | null };
  web_session: {
    session_id: string;
    account_id: string;
    domain_id: DomainId | null;
    token_hash: Buffer;
    remembered: boolean;
    created_at: Stamp;
    seen_at: Stamp;
    ends_at: Stamp;
    address: string;
    agent: string;
  };
  password_link: {
    token_hash: Buffer;
    account_id: string;
    domain_id: DomainId | null;
    created_at: Stamp;
    expires_at: Stamp;
  };
  letter: {
    letter_id: string;
    domain_id: DomainId | null;
    kind: string;
    recipient: string;
    content: string | null;
    state: Generated<'waiting' | 'sent' | 'failed'>;
    attempts: Generated<number>;
    created_at: Stamp;
    next_at: Stamp;
    done_at: ColumnType<Date | null, string | null, string | null>;
    failure: string | null;
  };
  cabinet_person: {
    account_id: string;
    kind: 'user' | 'pool' | 'provider';
    domain_id: DomainId | null;
    domain_name: string | null;
    pool_id: string | null;
    login: string;
    name: string;
    email: string | null;
    language: 'ru' | 'en';
    is_admin: boolean;
    is_operator: boolean;
    is_supervisor: boolean;
  };
  trunk: {
    trunk_id: TrunkId;
    name: string;
    enabled: boolean;
    trusts: string[];
    destinations: Json<Mutable<TrunkConfig['destinations']>>;
    registration: ColumnType<
      Omit<NonNullable<TrunkConfig['registration']>, 'secret'> | null,
      string | null,
      string | null
    >;
    registration_secret: string | null;
    number_format: TrunkConfig['numberFormat'];
    called_in: TrunkConfig['calledIn'];
    prefixes: string[];
    priority: number;
    max_calls: number | null;
  };
  call: {
    call_id: CallId;
    domain_id: DomainId;
    direction: CallDirection;
    kind: CallKind;
    a_number: string;
    a_name: string;
    b_number: string;
    b_name: string;
    number_id: NumberId | null;
    line: string | null;
    mos: number | null;
    search: Generated<string>;
    started_at: Stamp;
    answered_at: Date | null;
    ended_at: Stamp;
    talk_ms: bigint;
    sip_status: number;
    q850: number;
    ended_by: EndedBy;
    protocol: Json<ProtocolLine[]>;
  };
  call_leg: {
    call_id: CallId;
    leg_id: LegId;
    domain_id: DomainId;
    role: CallLegRow['role'];
    kind: CallLegRow['kind'];
    number: string;
    user_id: UserId | null;
    trunk_id: TrunkId | null;
    sip_call_id: string;
    started_at: Stamp;
    answered_at: Date | null;
    ended_at: Stamp;
    sip_status: number;
    q850: number;
    packets_in: bigint | null;
    packets_out: bigint | null;
    loss: number | null;
    jitter_ms: number | null;
    mos: number | null;
    rtt_ms: number | null;
    far_loss: number | null;
    far_jitter_ms: number | null;
    far_mos: number | null;
  };
  call_party: {
    call_id: CallId;
    ordinal: number;
    domain_id: DomainId;
    role: CallPartyRow['role'];
    subject: UserId | GroupId | NumberId;
    kind: CallKind;
    peer_number: string;
    peer_name: string;
    started_at: Stamp;
    talk_ms: bigint;
    note: Json<Readonly<Record<string, string>> | null>;
  };
  job: {
    job_id: string;
    domain_id: DomainId;
    person_id: string;
    kind: 'calls';
    ask: Json<ExportAsk>;
    state: JobState;
    progress: number;
    rows: bigint;
    attempts: number;
    created_at: Stamp;
    finished_at: Date | null;
    file_name: string | null;
    size: bigint | null;
    failure: string | null;
    expires_at: Stamp;
  };
  journal_checkpoint: { node: string; segment: bigint; offset: bigint };
}

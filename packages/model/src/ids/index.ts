import type { Brand } from '@kommutator/base';

/** Ids of the product's things; UUIDv7 all (DESIGN rule 9). */
export type DomainId = Brand<string, 'DomainId'>;
export type UserId = Brand<string, 'UserId'>;
export type GroupId = Brand<string, 'GroupId'>;
export type PickupGroupId = Brand<string, 'PickupGroupId'>;
export type NumberId = Brand<string, 'NumberId'>;
export type RoutingRuleId = Brand<string, 'RoutingRuleId'>;
export type ForwardingRuleId = Brand<string, 'ForwardingRuleId'>;
export type ScenarioId = Brand<string, 'ScenarioId'>;
export type TrunkId = Brand<string, 'TrunkId'>;
export type CredentialId = Brand<string, 'CredentialId'>;
/** `session_id` of the call history. */
export type CallId = Brand<string, 'CallId'>;
export type LegId = Brand<string, 'LegId'>;
/** Telephone number: E.164 digits without "+". */
export type E164 = Brand<string, 'E164'>;

import type { DomainSnapshot, TrunkConfig, UserConfig } from '@kommutator/model/config';
import type { Party } from '@kommutator/model/events';
import { toTrunkFormat } from '@kommutator/model/numbers';
import { formatNameAddr, formatUri, type NameAddr } from '@kommutator/sip';
import { diversionHeaders } from './diversions.ts';

/** What an INVITE says about who calls whom. */
export interface Presentation {
  readonly uri: string;
  readonly from: string;
  readonly to: string;
  readonly headers: [name: string, value: string][];
}

const ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>';

/** A name-addr of ours; whatever stands in the name or number cannot leave its quotes. */
export const address = (user: string, host: string, displayName = ''): string => {
  const parts: NameAddr = { displayName, uri: { scheme: 'sip', user, host, params: {} }, params: {} };
  return formatNameAddr(parts);
};

/** Who diverted a call, and how often it has been diverted by now. */
export interface Diverted {
  readonly by?: { readonly user: UserConfig; readonly number: string };
  readonly hops: number;
}

/**
 * To a phone of the domain (ACC-15.1, USR-44.2): the caller's name and number in From and P-Asserted-Identity, the called
 * line in History-Info. A user's Privacy counts towards the public network only (ACC-15.4); a caller without number is
 * anonymous.
 */
export function toPhone(
  contact: string,
  login: string,
  domain: string,
  caller: Party,
  diverted: Diverted,
): Presentation {
  const known = caller.number !== '';
  const from = known ? address(caller.number, domain, caller.name) : ANONYMOUS;
  const headers: [string, string][] = [];
  if (known) headers.push(['P-Asserted-Identity', from]);
  if (diverted.by)
    headers.push(...mutable(diversionHeaders(diverted.by.number, login, domain, diverted.hops)));
  return { uri: contact, from, to: address(login, domain), headers };
}

/** Whom a trunk is asked to call, and on whose behalf. */
export interface TrunkCall {
  readonly config: DomainSnapshot;
  readonly trunk: TrunkConfig;
  /** `host:port` of the destination. */
  readonly destination: string;
  /** Our host for From: the carrier's domain where we register, else our own. */
  readonly ownHost: string;
  readonly number: string;
  readonly caller: Party;
  readonly privacy: boolean;
  readonly diverted: Diverted;
}

/** Whether a number is one of the domain's own: the one egress check (DESIGN §2 «Trust and credentials»). */
export const isOwnNumber = (config: DomainSnapshot, number: string): boolean =>
  config.numbers.some(own => own.digits === number);

/**
 * To the public network (ACC-15.2…15.4, USR-44.1): From and P-Asserted-Identity in the trunk's form; with CLIR an anonymous
 * From and `Privacy: id` (RFC 3325 §9.3). A diverting line that has no number of its own is shown by the calling number.
 * A caller without any number – an emergency call of a domain that has none – is anonymous.
 * @returns null when the calling number is not the domain's own: such a call must not leave.
 */
export function toTrunk(o: TrunkCall): Presentation | null {
  const hasNumber = o.caller.number !== '';
  if (hasNumber && !isOwnNumber(o.config, o.caller.number)) return null;
  const format = (digits: string) => toTrunkFormat(digits, o.trunk.numberFormat);
  const called = format(o.number);
  const identity = address(format(o.caller.number), o.ownHost);
  const headers: [string, string][] = hasNumber ? [['P-Asserted-Identity', identity]] : [];
  if (o.privacy) headers.push(['Privacy', 'id']);
  if (o.diverted.by && hasNumber) {
    const line = isOwnNumber(o.config, o.diverted.by.number) ? o.diverted.by.number : o.caller.number;
    headers.push(...mutable(diversionHeaders(format(line), called, o.ownHost, o.diverted.hops)));
  }
  return {
    uri: `sip:${called}@${o.destination};user=phone`,
    from: o.privacy || !hasNumber ? ANONYMOUS : identity,
    to: address(called, hostOf(o.destination)),
    headers,
  };
}

/** To a SIP URI outside the domain: as to a phone, in the domain's name. */
export function toUri(uri: string, domain: string, caller: Party, diverted: Diverted): Presentation {
  const { from, headers } = toPhone(uri, '', domain, caller, diverted);
  return { uri, from, to: `<${uri}>`, headers };
}

const mutable = (headers: readonly (readonly [string, string])[]): [string, string][] =>
  headers.map(([name, value]) => [name, value]);

const hostOf = (destination: string): string => {
  const colon = destination.lastIndexOf(':');
  return colon > destination.lastIndexOf(']') ? destination.slice(0, colon) : destination;
};

/** The same URI as a request line may carry it: headers and the `method` parameter are not allowed (RFC 3261 §19.1.1). */
export const asRequestUri = (uri: NameAddr['uri']): string => {
  const { headers: _, ...rest } = uri;
  const { method: __, ...params } = uri.params;
  return formatUri({ ...rest, params });
};

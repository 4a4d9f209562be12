import { type MasterKeys, SecretBox } from '@kommutator/base';
import type { DomainSnapshot, SipCredential } from '@kommutator/model/config';
import type { CredentialId, DomainId, UserId } from '@kommutator/model/ids';
import { ha1 } from '@kommutator/sip';
import type { Directory, Journal } from '@kommutator/telephony';
import { keyFor } from '../process/secrets.ts';

/** Digest realm of the synthetic call; `.invalid` can never be a customer's (RFC 2606). */
export const PROBE_REALM = 'probe.invalid';
export const PROBE_LOGIN = 'probe';
export const PROBE_ECHO = '999';

const DOMAIN = '00000000-0000-7000-8000-000000000001' as DomainId;
const USER = '00000000-0000-7000-8000-000000000002' as UserId;

/** Password of the synthetic caller: derived from the master key, so that office and signalling agree on it. */
export const probePassword = (keys: MasterKeys): string =>
  keyFor('synthetic call', keys).toString('base64url');

const SNAPSHOT: DomainSnapshot = {
  id: DOMAIN,
  version: 1,
  name: PROBE_REALM,
  company: 'Synthetic call',
  timezone: 'UTC',
  language: 'en',
  homeCodes: [],
  defaultOutgoingNumber: null,
  restriction: 'internal_only',
  pickupCode: null,
  channels: { incoming: 0, outgoing: 0 },
  forwardingPolicy: 'simultaneous',
  users: [
    {
      id: USER,
      login: PROBE_LOGIN,
      displayName: 'Synthetic call',
      extension: '1',
      outgoingNumber: null,
      restriction: 'internal_only',
      isOperator: false,
      voicemailOn: false,
      forwarding: [],
    },
  ],
  groups: [],
  pickupGroups: [],
  numbers: [],
  serviceExtensions: [{ extension: PROBE_ECHO, service: 'echo' }],
  scenarios: [],
};

/** The directory with one domain more: that of the synthetic call, which stands in no database. */
export function withProbe(directory: Directory, keys: MasterKeys): Directory {
  const box = new SecretBox(keys);
  const password = probePassword(keys);
  const sealed = (algorithm: 'MD5' | 'SHA-256') =>
    box.seal(ha1(PROBE_LOGIN, PROBE_REALM, password, algorithm));
  const credential: SipCredential = {
    id: '00000000-0000-7000-8000-000000000003' as CredentialId,
    kind: 'password',
    login: PROBE_LOGIN,
    domain: DOMAIN,
    user: USER,
    ha1: { md5: sealed('MD5'), sha256: sealed('SHA-256') },
    privateOnly: true,
  };
  return {
    get current() {
      return directory.current;
    },
    domainOfNumber: digits => directory.domainOfNumber(digits),
    domainOfRealm: realm => (realm === PROBE_REALM ? DOMAIN : directory.domainOfRealm(realm)),
    snapshot: domain => (domain === DOMAIN ? SNAPSHOT : directory.snapshot(domain)),
    credentials: (domain, login) => {
      if (domain !== DOMAIN) return directory.credentials(domain, login);
      return login === PROBE_LOGIN ? [credential] : [];
    },
    trunk: id => directory.trunk(id),
    open: text => directory.open(text),
  };
}

/** The journal of customers' calls alone: the synthetic call leaves no record. */
export const withoutProbe = (journal: Journal): Journal => ({
  append: record => {
    if (record.domain !== DOMAIN) journal.append(record);
  },
  flush: () => journal.flush(),
});

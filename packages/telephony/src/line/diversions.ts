import {
  formatNameAddr,
  type HeaderList,
  type Headers,
  parseNameAddrList,
  type SipUri,
} from '@kommutator/sip';

const LARGEST_COUNTER = 100;

/**
 * How often a call has been diverted before it came to us (USR-42.11): the counters of Diversion (RFC 5806 §9.1) or the
 * entries of History-Info behind the first (RFC 7044), whichever is more, since a carrier may send both.
 */
export function countDiversions(headers: Headers): number {
  let counted = 0;
  for (const { params } of headers.all('Diversion').flatMap(value => parseNameAddrList(value) ?? [])) {
    const counter = Number(params.counter ?? '1');
    counted += Number.isInteger(counter) && counter > 0 ? Math.min(counter, LARGEST_COUNTER) : 1;
  }
  return Math.max(counted, headers.all('History-Info').length - 1);
}

const plain = (user: string, host: string): SipUri => ({ scheme: 'sip', user, host, params: {} });

/**
 * Says that the call was diverted by one of our lines: Diversion and History-Info (USR-44, RTE-28).
 * @param hops diversions of this call, this one included, for `counter`.
 */
export function diversionHeaders(line: string, target: string, host: string, hops: number): HeaderList {
  const diverted = formatNameAddr({ displayName: '', uri: plain(line, host), params: {} });
  const now = formatNameAddr({ displayName: '', uri: plain(target, host), params: {} });
  return [
    ['Diversion', `${diverted};reason=unconditional;counter=${Math.max(1, hops)}`],
    ['History-Info', `${diverted};index=1, ${now};index=1.1`],
  ];
}

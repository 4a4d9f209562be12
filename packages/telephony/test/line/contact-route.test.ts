import { VirtualClock } from '@kommutator/base';
import type { RegistrationRecord } from '@kommutator/model/events';
import type { DomainId, UserId } from '@kommutator/model/ids';
import type { Peer } from '@kommutator/sip';
import { describe, expect, test } from 'vitest';
import { Bindings } from '../../src/line/bindings.ts';
import { peerOf } from '../../src/line/contact-route.ts';

const record: RegistrationRecord = {
  domain: 'd' as DomainId,
  user: 'u' as UserId,
  login: 'anna',
  contact: 'sip:anna@192.168.1.5:6000',
  instance: null,
  protocol: 'udp',
  sourceAddress: '',
  sourcePort: 0,
  callId: 'c',
  cseq: 1,
  path: [],
  userAgent: '',
  q: 1000,
  registeredAt: 0,
  expiresAt: Number.MAX_SAFE_INTEGER,
};
const route = (contact: string, source: Peer, path: readonly string[] = []) => {
  const bindings = new Bindings(new VirtualClock(), () => undefined);
  const { protocol, address, port } = peerOf(
    bindings.put({ record: { ...record, contact, path }, source, domainName: 'd' }),
  );
  bindings.clear();
  return `${protocol}:${address}:${port}`;
};
const udp: Peer = { protocol: 'udp', address: '198.51.100.7', port: 40_000 };
const tcp: Peer = { protocol: 'tcp', address: '198.51.100.7', port: 40_000 };

describe('where a registered phone is reached', () => {
  test('RFC 3581 a phone behind NAT: where its REGISTER came from', () => {
    expect(route('sip:anna@192.168.1.5:6000', udp)).toBe('udp:198.51.100.7:40000');
    expect(route('sip:anna@desk.local', udp)).toBe('udp:198.51.100.7:40000');
  });

  test('a phone that tells its true address may listen on another port than it sends from', () => {
    expect(route('sip:anna@198.51.100.7:5062', udp)).toBe('udp:198.51.100.7:5062');
    expect(route('sip:anna@198.51.100.7', udp)).toBe('udp:198.51.100.7:5060');
  });

  test('RFC 3327 through the edge, whatever Contact says', () => {
    expect(route('sip:anna@198.51.100.7:5062', udp, ['<sip:edge;lr>'])).toBe('udp:198.51.100.7:40000');
  });

  test('RFC 5626 down the connection of its REGISTER; after a restart to Contact, where that is its own address', () => {
    expect(route('sip:anna@10.1.1.1;transport=tcp', { ...tcp, flow: 'f1' })).toBe('tcp:198.51.100.7:40000');
    expect(route('sip:anna@198.51.100.7:5071;transport=tcp', tcp)).toBe('tcp:198.51.100.7:5071');
    const tls: Peer = { ...tcp, protocol: 'tls' };
    expect(route('sip:anna@198.51.100.7;transport=tls', tls)).toBe('tls:198.51.100.7:5061');
    expect(route('sip:x@abc.invalid;transport=ws', { ...tcp, protocol: 'wss' })).toBe(
      'wss:198.51.100.7:40000',
    );
  });

  test('a Contact at a third address aims nothing there, whatever the transport', () => {
    for (const source of [udp, tcp, { ...tcp, protocol: 'tls' } as Peer, { ...tcp, flow: 'f1' }])
      expect(route('sip:anna@10.1.1.1:22', source)).toBe(`${source.protocol}:198.51.100.7:40000`);
  });

  test('a source is known as long as one phone is registered from it', () => {
    const bindings = new Bindings(new VirtualClock(), () => undefined);
    const one = bindings.put({ record, source: udp, domainName: 'd' });
    const other = bindings.put({ record: { ...record, contact: 'sip:b@h' }, source: udp, domainName: 'd' });
    bindings.remove(one);
    expect(bindings.registeredFrom(udp)).toBe(true);
    bindings.renew(other, record, tcp);
    expect([bindings.registeredFrom(udp), bindings.registeredFrom(tcp)]).toEqual([false, true]);
    bindings.clear();
  });

  test('RFC 5626 the contacts of a connection: of several phones, as long as they are renewed over it', () => {
    const bindings = new Bindings(new VirtualClock(), () => undefined);
    const [first, second] = [
      { ...tcp, flow: 'f1' },
      { ...tcp, flow: 'f2' },
    ];
    const one = bindings.put({ record, source: first, domainName: 'd' });
    const other = bindings.put({ record: { ...record, contact: 'sip:b@h' }, source: first, domainName: 'd' });
    expect(bindings.over(first)).toEqual([one, other]);
    bindings.renew(other, record, second);
    expect([bindings.over(first), bindings.over(second)]).toEqual([[one], [other]]);
    bindings.remove(one);
    expect(bindings.over(first)).toEqual([]);
    bindings.clear();
  });
});

import { describe, expect, test } from 'vitest';
import { AddressList, isAddress, isPrivate } from '../../src/line/addresses.ts';
import { claimOf, type InviteFacts, isOwnHost } from '../../src/line/identity.ts';
import { trunkOf } from '../../src/testing/memory-ports.ts';

const trunk = trunkOf('demo-pstn', { trusts: ['127.0.0.1', '::1'] });
const isRealm = (host: string) => host === 'demo.kommutator.test' || host === 'filial.kommutator.test';
const claim = (facts: Partial<InviteFacts>) => {
  const all = {
    fromHost: '',
    requestHost: '',
    hasCredentials: false,
    fromRegisteredSource: false,
    trunk: null,
  };
  const found = claimOf({ ...all, ...facts }, isRealm);
  return found.kind === 'user' ? `user of ${found.realm}` : found.kind;
};

describe('who sends an INVITE', () => {
  test('ACC-15.5 a phone on the machine of the trusted trunk that calls its domain is a user', () => {
    expect(claim({ fromHost: 'demo.kommutator.test', requestHost: 'demo.kommutator.test', trunk })).toBe(
      'user of demo.kommutator.test',
    );
  });

  test('a carrier at a trusted address that speaks of addresses is the trunk', () => {
    expect(claim({ fromHost: '127.0.0.1', requestHost: '127.0.0.1', trunk })).toBe('trunk');
  });

  test('a carrier that names our domain in the Request-URI alone is the trunk', () => {
    expect(claim({ fromHost: 'carrier.example', requestHost: 'demo.kommutator.test', trunk })).toBe('trunk');
  });

  test('a phone that calls the server by address is a user when it registered from there or brings credentials', () => {
    const facts = { fromHost: 'demo.kommutator.test', requestHost: '127.0.0.1', trunk };
    expect(claim({ ...facts, fromRegisteredSource: true })).toBe('user of demo.kommutator.test');
    expect(claim({ ...facts, hasCredentials: true })).toBe('user of demo.kommutator.test');
    expect(claim(facts)).toBe('trunk');
  });

  test('From decides the realm, so a foreign Request-URI gains nothing', () => {
    expect(claim({ fromHost: 'demo.kommutator.test', requestHost: 'filial.kommutator.test' })).toBe(
      'user of demo.kommutator.test',
    );
  });

  test('strangers are challenged for a domain of ours and turned away otherwise', () => {
    expect(claim({ fromHost: 'evil.example', requestHost: 'demo.kommutator.test' })).toBe(
      'user of demo.kommutator.test',
    );
    expect(claim({ fromHost: '203.0.113.9', requestHost: '203.0.113.1' })).toBe('stranger');
  });

  test('a Request-URI of another domain is never ours', () => {
    const own = { realm: 'demo.kommutator.test', advertised: ['pbx.example'] };
    const hosts = [
      'demo.kommutator.test',
      '10.0.0.1',
      'pbx.example',
      'filial.kommutator.test',
      'example.org',
    ];
    expect(hosts.map(host => isOwnHost(host, own, isAddress))).toEqual([true, true, true, false, false]);
  });
});

describe('addresses', () => {
  test('private and loopback of both families, and IPv4 within IPv6', () => {
    const mine = [
      '127.0.0.1',
      '10.1.2.3',
      '192.168.0.9',
      '172.31.0.1',
      '100.64.0.1',
      '::1',
      'fd00::1',
      '::ffff:10.0.0.1',
    ];
    expect(mine.filter(address => !isPrivate(address))).toEqual([]);
    expect(['8.8.8.8', '172.32.0.1', '2001:db8::1', 'localhost'].filter(isPrivate)).toEqual([]);
  });

  test('a list takes addresses and ranges, and nothing that is neither', () => {
    const list = new AddressList([
      '203.0.113.0/24',
      '198.51.100.7',
      '2001:db8::/32',
      'carrier.example',
      '10.0.0.0/99',
    ]);
    expect(
      ['203.0.113.200', '198.51.100.7', '::ffff:198.51.100.7', '2001:db8::5'].every(a => list.has(a)),
    ).toBe(true);
    expect(['203.0.114.1', '198.51.100.8', '10.0.0.1', 'carrier.example'].some(a => list.has(a))).toBe(false);
  });
});

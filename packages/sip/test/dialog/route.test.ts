import { describe, expect, it } from 'vitest';
import { isPublic, nextHop, requestTarget } from '../../src/dialog/route.ts';
import type { Peer } from '../../src/transport/types.ts';

describe('RFC 3261 §12.2.1.1 Request-URI and Route inside a dialog', () => {
  const target = 'sip:bob@192.0.2.4';
  it.each([
    ['no route set', [], target, []],
    ['loose routers', ['<sip:p1;lr>', '<sip:p2;lr>'], target, ['<sip:p1;lr>', '<sip:p2;lr>']],
    ['lr with a value, as some write it', ['<sip:p1;lr=on>'], target, ['<sip:p1;lr=on>']],
    ['a strict router first', ['<sip:p1>', '<sip:p2;lr>'], 'sip:p1', ['<sip:p2;lr>', `<${target}>`]],
  ])('%s', (_case, routes, uri, route) => {
    expect(requestTarget(target, routes)).toEqual({ uri, routes: route });
  });
});

describe('where requests inside a dialog go', () => {
  const phone: Peer = { protocol: 'udp', address: '203.0.113.7', port: 34567 };
  const lan: Peer = { protocol: 'udp', address: '192.168.1.5', port: 5060 };
  const edge: Peer = { protocol: 'tcp', address: '198.51.100.1', port: 40000, flow: 'tcp-1' };
  const browser: Peer = { protocol: 'wss', address: '203.0.113.9', port: 50000, flow: 'ws-1' };
  const udp = (address: string, port: number): Peer => ({ protocol: 'udp', address, port });
  it.each<[string, string, string[], Peer, Peer]>([
    ['a phone behind NAT: back to its source', 'sip:a@192.168.0.2:5060', [], phone, phone],
    ['the same address, another port: back to its source', 'sip:a@203.0.113.7:5060', [], phone, phone],
    ['a name in Contact: back to its source', 'sip:a@phone.example', [], phone, phone],
    ['a browser: over its connection', 'sip:a@x.invalid;transport=ws', [], browser, browser],
    [
      'a gateway behind a proxy that left: its Contact',
      'sip:a@198.51.100.8',
      [],
      phone,
      udp('198.51.100.8', 5060),
    ],
    ['in one house an odd Contact is not believed', 'sip:a@172.17.0.2', [], lan, lan],
    [
      'a route names the next hop',
      'sip:a@10.0.0.1',
      ['<sip:198.51.100.1:5062;lr>'],
      phone,
      udp('198.51.100.1', 5062),
    ],
    [
      'a private route told by a public address: back to the source',
      'sip:a@203.0.113.7',
      ['<sip:10.0.0.1:22;lr>'],
      phone,
      phone,
    ],
    [
      'a private route told in one house: there',
      'sip:a@10.0.0.7',
      ['<sip:10.0.0.1;lr>'],
      lan,
      udp('10.0.0.1', 5060),
    ],
    ['a route with a name: back to the source', 'sip:a@10.0.0.1', ['<sip:edge.example;lr>'], phone, phone],
    [
      'a proxy over TCP: over the connection it made',
      'sip:a@10.0.0.1',
      ['<sip:198.51.100.1;transport=tcp;lr>'],
      edge,
      edge,
    ],
  ])('%s', (_case, target, routes, heard, expected) => {
    expect(nextHop(target, routes, heard)).toEqual(expected);
  });

  it.each([
    ['8.8.8.8', true],
    ['172.32.0.1', true],
    ['2001:db8::1', true],
    ['10.1.2.3', false],
    ['100.64.0.1', false],
    ['127.0.0.1', false],
    ['169.254.1.1', false],
    ['172.16.0.1', false],
    ['192.168.9.9', false],
    ['::1', false],
    ['fd00::1', false],
    ['fe80::1', false],
    ['example.com', false],
  ])('RFC 6890: %s is public: %s', (address, expected) => {
    expect(isPublic(address)).toBe(expected);
  });
});

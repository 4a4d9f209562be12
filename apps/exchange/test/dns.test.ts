import { expect, it } from 'vitest';
import { systemDns } from '../src/signalling/dns.ts';

it('RFC 6761 §6.3 localhost is this machine, without asking anybody', async () => {
  const { addresses, ttl } = await systemDns.addresses('localhost');
  expect(addresses).toContain('127.0.0.1');
  expect(ttl).toBeGreaterThan(0);
});

import { lookup, resolve4, resolve6, resolveSrv } from 'node:dns/promises';
import type { Resolver } from '@kommutator/telephony';

/** s, where the answer does not tell it: names of /etc/hosts, and SRV, whose time to live Node keeps to itself. */
const TTL = 300;

const nothing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOTFOUND' || error.code === 'ENODATA');

/** The DNS of this machine (RFC 3263 §4.2); IPv4 first. */
export const systemDns: Resolver = {
  async addresses(host) {
    const answers = await Promise.allSettled([resolve4(host, { ttl: true }), resolve6(host, { ttl: true })]);
    const records = answers.flatMap(answer => (answer.status === 'fulfilled' ? answer.value : []));
    if (records.length > 0) {
      return {
        addresses: records.map(({ address }) => address),
        ttl: Math.min(...records.map(({ ttl }) => ttl)),
      };
    }
    const local = await lookup(host, { all: true, order: 'ipv4first' });
    return { addresses: local.map(({ address }) => address), ttl: TTL };
  },

  async services(name) {
    const records = await resolveSrv(name).catch(error => {
      if (nothing(error)) return [];
      throw error;
    });
    const places = records
      .filter(({ name: host }) => host !== '' && host !== '.')
      .sort((a, b) => a.priority - b.priority || b.weight - a.weight)
      .map(({ name: host, port }) => ({ host, port }));
    return { places, ttl: TTL };
  },
};

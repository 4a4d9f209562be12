import { SystemClock } from '@kommutator/base';
import { describe, expect, it } from 'vitest';
import { createStack } from '../../src/create-stack.ts';
import { secureRandom } from '../../src/random.ts';
import { canonicalAddress, hostFor, ownHosts, plainAddress } from '../../src/transport/address.ts';
import { openSockets } from '../../src/transport/open-sockets.ts';

describe('addresses', () => {
  it.each([
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['2001:db8::192.0.2.1', '2001:db8::c000:201'],
    ['::ffff:192.0.2.2', '192.0.2.2'],
    ['::FFFF:c000:0202', '192.0.2.2'],
    ['192.0.2.2', '192.0.2.2'],
    ['phone.example', 'phone.example'],
  ])('RFC 5952 %s is %s', (written, one) => {
    expect(canonicalAddress(written)).toBe(one);
  });

  it('RFC 4291 §2.5.5.2 only a mapped IPv4 address is one', () => {
    expect(plainAddress('::ffff:192.0.2.2')).toBe('192.0.2.2');
    expect(plainAddress('::ffff:1')).toBe('::ffff:1');
  });

  it.each([
    ['a bound address is told to everybody', '192.0.2.1', undefined, '192.0.2.1', '192.0.2.1'],
    ['so is a name', '::', 'pbx.example', 'pbx.example', 'pbx.example'],
    ['an address for one family alone', '0.0.0.0', '198.51.100.1', '198.51.100.1', '198.51.100.1'],
  ])('%s', (_what, bound, told, four, six) => {
    expect(ownHosts(bound, told)).toEqual({ four, six });
  });

  it('a socket for both families tells each family an address of its own', () => {
    for (const told of [undefined, '198.51.100.1', '2001:db8::1']) {
      const own = ownHosts('::', told);
      expect(own.four).not.toContain(':');
      expect(own.six).toContain(':');
      if (told) expect([own.four, own.six]).toContain(told);
      expect(hostFor(own, '192.0.2.9')).toBe(own.four);
      expect(hostFor(own, '2001:db8::9')).toBe(own.six);
    }
  });
});

describe.each(['udp', 'tcp'] as const)('one socket for both families, %s', protocol => {
  it.each([
    ['127.0.0.1', /^SIP\/2\.0\/\w+ \d+\.\d+\.\d+\.\d+:\d+;/],
    ['::1', /^SIP\/2\.0\/\w+ \[[0-9a-f:]+\]:\d+;/],
  ])('a request to %s names an address of that family in its Via and Contact', async (host, via) => {
    const clock = new SystemClock();
    const open = async (at: string) => {
      const place = { host: at, port: 0 };
      const transport = await openSockets({ udp: place, tcp: place, log: () => {}, clock });
      return createStack({ transport, clock, random: secureRandom, userAgent: 'Test' });
    };
    const [both, far] = [await open('::'), await open(host)];
    const port = far.listening.find(one => one.protocol === protocol)?.port ?? 0;
    const invited = new Promise<{ via: string; contact: string }>(resolve => {
      far.events = {
        request: () => {},
        invite: invite => {
          const { headers } = invite.request;
          resolve({ via: headers.get('via') ?? '', contact: headers.get('contact') ?? '' });
          invite.refuse(486);
        },
      };
    });
    const over = new Promise(failed => {
      both.invite(
        { method: 'INVITE', uri: 'sip:b@x', from: 'sip:a@x', to: 'sip:b@x' },
        { protocol, address: host, port },
        { provisional: () => {}, answered: () => {}, failed },
      );
    });
    const said = await invited;
    expect(said.via).toMatch(via);
    expect(said.contact).toContain(said.via.split(' ')[1]?.split(';')[0]);
    expect(await over).toMatchObject({ status: 486 });
    await both.close();
    await far.close();
  });
});

/** SIP_HOST=:: – one set of sockets for IPv4 and IPv6, and calls between the two. */
import { openPhone, type RealPhone, type RunningExchange, startExchange } from '@kommutator/e2e';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let exchange: RunningExchange;
const phones: Record<string, RealPhone> = {};

const HZ = { anna: 500, boris: 900, vera: 700, gleb: 1100 } as const;
type Login = keyof typeof HZ;
const NUMBERS: Readonly<Record<Login, string>> = { anna: '101', boris: '102', vera: '103', gleb: '104' };

const phoneOf = (login: Login): RealPhone => {
  const phone = phones[login];
  if (!phone) throw new Error(`no phone of ${login}`);
  return phone;
};
const earOf = (login: Login) => {
  const { latest } = phoneOf(login).media;
  if (!latest) throw new Error('the phone has no call');
  return latest;
};

beforeAll(async () => {
  exchange = await startExchange({ env: { SIP_HOST: '::' } });
  const open = async (login: Login, protocol: 'udp' | 'tcp' | 'tls', host: '127.0.0.1' | '::1') => {
    const phone = await openPhone(exchange, { login, hz: HZ[login], protocol, host });
    phones[login] = phone;
    expect(await phone.phone.registers()).toBe(200);
  };
  await open('anna', 'udp', '::1');
  await open('boris', 'udp', '127.0.0.1');
  await open('vera', 'tcp', '::1');
  await open('gleb', 'tls', '::1');
});

afterAll(async () => {
  for (const phone of Object.values(phones)) await phone[Symbol.asyncDispose]();
  await exchange?.[Symbol.asyncDispose]();
});

describe('IPv6: both hear each other', () => {
  const calls: readonly (readonly [Login, Login])[] = [
    ['anna', 'boris'],
    ['boris', 'anna'],
    ['vera', 'anna'],
    ['boris', 'gleb'],
  ];
  test.each(calls)('%s calls %s', async (from, to) => {
    const call = await phoneOf(from).phone.calls(NUMBERS[to]);
    await phoneOf(to).phone.rings();
    phoneOf(to).phone.answers();
    await call.decided;
    expect(call.talking).toBe(true);
    await Promise.all([earOf(from).untilHears(HZ[to]), earOf(to).untilHears(HZ[from])]);
    phoneOf(from).phone.hangsUp();
    await call.over;
  });
});

import type { HeaderList } from '@kommutator/sip';
import { describe, expect, it } from 'vitest';
import {
  type ConfigInput,
  DEMO,
  FILIAL,
  IncomingCall,
  trunkTo,
  VirtualExchange,
  virtualExchange,
} from '../../src/testing/index.ts';
import { dials, noted, phonesOf } from './support.ts';

const ITSELF = '10.0.0.1';
const forwardsTo = (target: string) => [{ type: 'mobile' as const, target }];

/** A domain whose calls to the public network come straight back. */
const LOOP: ConfigInput = {
  users: {
    anna: { extension: '101', forwarding: forwardsTo('74951230004') },
    boris: { extension: '102', forwarding: forwardsTo('74951230003') },
    vera: { extension: '103' },
  },
  numbers: { '74951230003': [{ to: { user: 'anna' } }], '74951230004': [{ to: { user: 'boris' } }] },
};
const loop = (o: Partial<ConfigInput> = {}) =>
  new VirtualExchange({
    domains: [{ ...LOOP, ...o }],
    trunks: [trunkTo('itself', ITSELF), trunkTo('carrier', '10.9.0.1')],
  });

describe('USR-42.11 calls that go round in circles come to an end', () => {
  it('two users who forward to each other through the public network: five diversions, then no further', async () => {
    const x = loop();
    const call = await x.pstn.calls('74951230003', { from: '79161234567' });
    await x.settles();
    expect(call.end?.status).toBe(480);
    expect(x.journal.calls.length).toBeLessThanOrEqual(7);
    expect(x.log.lines.filter(line => line.includes('broke'))).toEqual([]);
    await x.expectNothingLeft();
  });

  it('a number of the public network whose carrier is the exchange itself', async () => {
    const x = loop();
    const [vera] = await phonesOf(x, 'vera');
    const call = await dials(x, vera, '89161112233');
    expect(call.end?.status).toBe(404);
    expect(x.journal.calls).toHaveLength(1);
    await x.expectNothingLeft();
  });

  it('USR-42.3 two users who forward to each other’s SIP numbers ring each other’s phones, once', async () => {
    const x = virtualExchange({
      users: {
        anna: { extension: '101', forwarding: [{ target: 'boris' }] },
        boris: { extension: '102', forwarding: [{ target: 'anna' }] },
        vera: { extension: '103' },
      },
    });
    const [anna, boris, vera] = await phonesOf(x, 'anna', 'boris', 'vera');
    const call = await dials(x, vera, '101');
    expect([anna.history.length, boris.history.length]).toEqual([0, 1]);
    call.hangsUp();
    await x.expectNothingLeft();
  });

  it('a user who calls a number of another company that leads back to him', async () => {
    const x = new VirtualExchange({
      domains: [
        {
          ...DEMO,
          users: { ...DEMO.users, anna: { extension: '101', forwarding: forwardsTo('74957770001') } },
        },
        {
          ...FILIAL,
          users: { ivan: { extension: '101', forwarding: forwardsTo('74951230003') } },
          numbers: { '74957770001': [{ to: { user: 'ivan' } }] },
        },
      ],
      trunks: [trunkTo('itself', ITSELF)],
    });
    const [boris] = await phonesOf(x, 'boris');
    const call = await dials(x, boris, '101');
    await x.at(400);
    expect(call.end).not.toBeNull();
    await x.expectNothingLeft();
  });

  it('phones that redirect to each other: one 302 is followed, the second is not', async () => {
    const x = virtualExchange(DEMO);
    const [anna, boris, vera] = await phonesOf(x, 'anna', 'boris', 'vera');
    const call = await dials(x, vera, '101');
    anna.refuses(302, [['Contact', '<sip:102@10.0.0.1>']]);
    await x.settles();
    boris.refuses(302, [['Contact', '<sip:101@10.0.0.1>']]);
    await x.settles();
    expect([anna.history.length, boris.history.length]).toEqual([1, 1]);
    expect(call.end?.status).toBe(480);
    await x.expectNothingLeft();
  });

  it.each([
    '<sip:79161112233@198.51.100.66:5060>',
    '<sip:root@127.0.0.1:22;transport=tcp>',
    '<tel:+881600000000>',
    '"x" <sip:*8@10.0.0.1>',
    '*',
    '',
  ])('no toll fraud, no open relay: a 302 to %j goes where its user may call, or nowhere', async contact => {
    const x = virtualExchange({
      ...DEMO,
      users: { ...DEMO.users, anna: { extension: '101', restriction: 'internal_only' } },
    });
    const [anna, vera] = await phonesOf(x, 'anna', 'vera');
    const call = await dials(x, vera, '101');
    const headers: HeaderList = contact === '' ? [] : [['Contact', contact]];
    anna.refuses(302, headers);
    await x.settles();
    const sent = x.network.log.filter(
      ({ line, from }) => line.startsWith('INVITE') && from.address === ITSELF,
    );
    expect(sent.map(({ to }) => to.address)).toEqual([sent[0]?.to.address]);
    expect(call.end).not.toBeNull();
    await x.expectNothingLeft();
  });
});

describe('DESIGN rule 7: one tenant does not reach another', () => {
  const two = () =>
    new VirtualExchange({ domains: [DEMO, { ...FILIAL, pickupGroups: [['admin', 'ivan']] }] });

  it.each(['*8', '*8101'])('%s of one domain does not take what rings in the other', async code => {
    const x = two();
    const [anna, boris] = await phonesOf(x, 'anna', 'boris');
    const ivan = x.phone('ivan', { domain: FILIAL.name ?? '' });
    await ivan.registers();
    const call = await dials(x, boris, '101');
    const picked = await dials(x, ivan, code);
    expect(picked.end?.status).toBeGreaterThanOrEqual(400);
    expect(anna.call.end).toBeNull();
    anna.answers();
    await x.settles();
    expect(call.answeredAt).not.toBeNull();
    call.hangsUp();
    await x.expectNothingLeft();
  });

  it('RFC 3891: Replaces with the very dialog of another domain takes nothing', async () => {
    const x = two();
    const [anna, boris] = await phonesOf(x, 'anna', 'boris');
    const ivan = x.phone('ivan', { domain: FILIAL.name ?? '' });
    await ivan.registers();
    const call = await dials(x, boris, '101');
    const ringing = anna.call;
    if (!(ringing instanceof IncomingCall)) throw new Error('anna does not ring');
    const { headers } = ringing.invite;
    const tag = /tag=([^;]+)/.exec(headers.get('From') ?? '')?.[1] ?? '';
    const replaces = `${headers.get('Call-ID')};from-tag=${tag};to-tag=0`;
    for (const number of ['101', '*8']) {
      const thief = await ivan.calls(number, {
        headers: [
          ['Replaces', replaces],
          ['Referred-By', '<sip:anna@demo.kommutator.test>'],
        ],
      });
      await x.settles();
      expect([number, thief.end?.status ?? 0]).not.toEqual([number, 0]);
      expect(thief.answeredAt).toBeNull();
    }
    expect(ringing.end).toBeNull();
    call.hangsUp();
    await x.expectNothingLeft();
  });

  it('an internal number of the other domain is unknown here', async () => {
    const x = two();
    const [vera] = await phonesOf(x, 'vera');
    const ivan = x.phone('ivan', { domain: FILIAL.name ?? '' });
    await ivan.registers();
    const call = await dials(x, ivan, '105');
    await x.at(10);
    expect(call.end?.status).toBeGreaterThanOrEqual(400);
    expect(vera.history).toHaveLength(0);
    await x.expectNothingLeft();
  });
});

describe('what is dialled to do harm', () => {
  it.each(
    [
      '\0',
      '\r\nINVITE',
      '\u001b[2J',
      "'; DROP TABLE call",
      'a'.repeat(20_000),
      'a'.repeat(128),
      '9'.repeat(400),
      '-',
      '@',
      '🙂'.repeat(60),
    ].map(number => [number.slice(0, 24), number]),
  )('%s is refused, once, and its record can be kept', async (_, number) => {
    const x = virtualExchange(DEMO);
    const [anna] = await phonesOf(x, 'anna');
    const call = await dials(x, anna, number);
    await x.at(30);
    expect(call.end?.status).toBeGreaterThanOrEqual(400);
    expect(x.log.lines.filter(line => line.includes('broke'))).toEqual([]);
    for (const record of x.journal.records) expect(JSON.stringify(record).length).toBeLessThan(2_000);
    expect(noted(x, 'call.ended').length).toBeLessThanOrEqual(1);
    await x.expectNothingLeft();
  });
});

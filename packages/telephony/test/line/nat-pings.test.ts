import type { RegistrationRecord } from '@kommutator/model/events';
import type { HeaderList, SipStack } from '@kommutator/sip';
import { beforeEach, describe, expect, test } from 'vitest';
import { MemoryRegistrations } from '../../src/testing/memory-ports.ts';
import { DOMAIN, NOTHING, Registration, Rig } from './support.ts';

const NAT = '203.0.113.9';
const BEHIND = '<sip:anna@192.168.1.5:5060>';
const SECOND = 1_000;
let rig: Rig;

beforeEach(() => {
  rig = new Rig();
});

/** A phone behind NAT, registered for an hour; what it says to OPTIONS, null = nothing. */
async function phone(answer: number | null, headers: HeaderList = [['Contact', BEHIND]], address = NAT) {
  const stack: SipStack = rig.stack(address);
  stack.events = {
    invite: () => {},
    request: transaction => {
      if (answer !== null) transaction.respond(answer);
    },
  };
  const registration = new Registration(stack, { headers: [...headers, ['Expires', '3600']] });
  expect((await registration.send()).status).toBe(200);
  return registration;
}

const pings = () => rig.network.log.filter(({ line }) => line.startsWith('OPTIONS'));
const contacts = () => rig.lines.contacts(DOMAIN, 'anna').length;
/** From now on nothing reaches the phone, nor comes from it. */
const cut = () => rig.network.link('10.0.0.1', NAT, { loss: 1 });

describe('USR-3 a phone behind NAT over UDP', () => {
  test('is pinged before its NAT forgets it, at the address it registered from, with another branch each time', async () => {
    await phone(200);
    await rig.clock.advance(120 * SECOND);
    const sent = pings();
    expect(sent.length).toBeGreaterThanOrEqual(5);
    expect(sent.map(({ to }) => to.address)).toEqual(sent.map(() => NAT));
    const gaps = sent.slice(1).map(({ at }, n) => at - (sent[n]?.at ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(30 * SECOND);
    expect(new Set(sent.map(({ text }) => /branch=[^;\r]+/.exec(text)?.[0])).size).toBe(sent.length);
    expect(sent[0]?.text).toContain('OPTIONS sip:anna@192.168.1.5:5060 SIP/2.0');
    expect(contacts()).toBe(1);
    expect(rig.sip.counters()).toMatchObject({ transactions: 0 });
    expect(await rig.left()).toEqual(NOTHING);
  });

  test.each([200, 404, 405, 480, 501, 503])(
    '%i is an answer like any other: somebody is there',
    async status => {
      await phone(status);
      await rig.clock.advance(10 * 60 * SECOND);
      expect(contacts()).toBe(1);
    },
  );

  test('spec 00 §3.4 is taken out within 90 s after its link is lost, and not before a minute', async () => {
    await phone(200);
    for (let lostAfter = 30; lostAfter <= 60; lostAfter += 5) {
      rig = new Rig();
      await phone(200);
      await rig.clock.advance(lostAfter * SECOND);
      cut();
      await rig.clock.advance(60 * SECOND);
      expect([lostAfter, contacts()]).toEqual([lostAfter, 1]);
      await rig.clock.advance(30 * SECOND);
      expect([lostAfter, contacts()]).toEqual([lostAfter, 0]);
      expect(rig.registrations.load()).toEqual([]);
    }
  });

  test('one that is reached again in time stays', async () => {
    await phone(200);
    await rig.clock.advance(30 * SECOND);
    cut();
    await rig.clock.advance(55 * SECOND);
    rig.network.link('10.0.0.1', NAT, { loss: 0 });
    await rig.clock.advance(10 * 60 * SECOND);
    expect(contacts()).toBe(1);
  });

  test('a REGISTER is a sign of life too', async () => {
    const registration = await phone(200);
    await rig.clock.advance(30 * SECOND);
    cut();
    for (let n = 0; n < 5; n++) {
      await rig.clock.advance(50 * SECOND);
      // The way to us is open, the way back is not: requests come, and nothing is heard.
      void registration.send();
      await rig.clock.settle();
    }
    expect(pings().length).toBeGreaterThan(5);
  });

  test('a fifth of all datagrams lost takes no phone out', async () => {
    await phone(200);
    await rig.clock.advance(30 * SECOND);
    rig.network.link('10.0.0.1', NAT, { loss: 0.2 }).link(NAT, '10.0.0.1', { loss: 0.2 });
    await rig.clock.advance(20 * 60 * SECOND);
    expect(contacts()).toBe(1);
  });

  test('one that never answers OPTIONS is kept reachable and never taken for lost', async () => {
    await phone(null);
    await rig.clock.advance(59 * 60 * SECOND);
    expect(contacts()).toBe(1);
    expect(pings().length).toBeGreaterThan(100);
  });

  test('one that unregisters or expires is asked no more', async () => {
    const registration = await phone(200);
    await registration.send([
      ['Contact', BEHIND],
      ['Expires', '0'],
    ]);
    await rig.clock.advance(22 * SECOND);
    const asked = pings().length;
    await rig.clock.advance(10 * 60 * SECOND);
    expect(pings()).toHaveLength(asked);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('after a restart of ours its contact of before is pinged', async () => {
    await phone(200);
    const registrations = new MemoryRegistrations();
    for (const record of rig.registrations.load()) registrations.save(record);
    await rig.left();
    rig = new Rig({ registrations });
    await rig.clock.advance(20 * SECOND);
    expect(pings()).toHaveLength(1);
  });
});

describe('who is not pinged', () => {
  test.each([
    ['a phone that is where its Contact says', [['Contact', `<sip:anna@${NAT}>`]]],
    [
      'a phone behind an edge (Path)',
      [
        ['Contact', BEHIND],
        ['Path', '<sip:edge;lr>'],
      ],
    ],
  ] as [string, HeaderList][])('%s', async (_, headers) => {
    await phone(200, headers);
    await rig.clock.advance(120 * SECOND);
    expect(pings()).toEqual([]);
    expect(await rig.left()).toEqual(NOTHING);
  });
});

test('20 000 contacts behind NAT need one timer, and no tick asks more than its share', async () => {
  const registrations = new MemoryRegistrations();
  const first = rig.user('anna');
  for (let n = 0; n < 20_000; n++) {
    const record: RegistrationRecord = {
      domain: rig.config.id,
      user: first.id,
      login: `phone${n}`,
      contact: `sip:phone${n}@192.168.1.5`,
      instance: null,
      protocol: 'udp',
      sourceAddress: `203.0.${n >> 8}.${n & 255}`,
      sourcePort: 5060,
      callId: 'x',
      cseq: 1,
      path: [],
      userAgent: '',
      q: 1000,
      registeredAt: rig.clock.wall(),
      expiresAt: rig.clock.wall() + 3_600_000,
    };
    registrations.save(record);
  }
  const before = rig.clock.pending;
  const other = new Rig({ registrations });
  rig = other;
  expect(rig.clock.pending).toBeLessThanOrEqual(before + 3);
  await rig.clock.advance(22 * SECOND);
  const sent = pings();
  expect(sent).toHaveLength(20_000);
  const perTick = new Map<number, number>();
  for (const { at } of sent) perTick.set(at, (perTick.get(at) ?? 0) + 1);
  expect(Math.max(...perTick.values())).toBeLessThan(20_000 / 22 / 10);
});

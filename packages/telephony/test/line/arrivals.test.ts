import { CAUSES } from '@kommutator/model/cause';
import type { HeaderList, SipResponse, SipStack } from '@kommutator/sip';
import { beforeEach, describe, expect, test } from 'vitest';
import { trunkOf } from '../../src/testing/memory-ports.ts';
import { Credentials } from '../../src/testing/phone/credentials.ts';
import { DOMAIN, EXCHANGE, NOTHING, PASSWORD, Rig } from './support.ts';

const CARRIER = '10.9.0.1';
const SDP = (formats: string, more = '') =>
  new TextEncoder().encode(
    `v=0\r\no=- 1 1 IN IP4 10.0.0.5\r\ns=-\r\nc=IN IP4 10.0.0.5\r\nt=0 0\r\nm=audio 4000 RTP/AVP ${formats}\r\n${more}`,
  );
const trunk = trunkOf('carrier', { trusts: [CARRIER, '127.0.0.1'] });
let rig: Rig;

interface Sent {
  readonly uri: string;
  readonly from?: string;
  readonly to?: string;
  readonly headers?: HeaderList;
  readonly body?: Uint8Array;
  readonly type?: string;
  readonly account?: { readonly username: string; readonly password: string };
}

/** One INVITE, challenged or not. @returns the final response; null when it was answered or is not yet. */
async function invite(stack: SipStack, o: Sent): Promise<SipResponse | null> {
  const credentials = o.account && new Credentials(o.account);
  const send = (extra: HeaderList, cseq: number) =>
    new Promise<SipResponse | null>(resolve => {
      const init = {
        method: 'INVITE',
        uri: o.uri,
        from: o.from ?? `<sip:anna@${DOMAIN}>`,
        to: o.to ?? `<${o.uri}>`,
        callId: `by-hand-${o.uri}`,
        cseq,
        headers: [...(o.headers ?? []), ...extra],
        ...(o.body && { body: { type: o.type ?? 'application/sdp', bytes: o.body } }),
      };
      stack.invite(init, EXCHANGE, {
        provisional: () => undefined,
        answered: () => resolve(null),
        failed: ({ response }) => resolve(response ?? null),
      });
      void rig.clock.settle().then(() => rig.arrivals.length > 0 && resolve(null));
    });
  const first = await send([], 1);
  const answer = first && credentials?.answer(first, 'INVITE', o.uri);
  return answer ? send([answer], 2) : first;
}

const anna = { username: 'anna', password: PASSWORD };
const refuse = () => rig.arrivals.forEach(({ leg }) => void leg.hangup(CAUSES.busy));

beforeEach(() => {
  rig = new Rig({ trunks: [trunk] });
});

describe('who calls', () => {
  test('ACC-15.5 the account is the identity, whatever the phone writes into From', async () => {
    const stack = rig.stack('10.0.0.5');
    const from = `"Директор" <sip:79999999999@${DOMAIN}>`;
    await invite(stack, { uri: `sip:102@${DOMAIN}`, from, account: anna, body: SDP('8') });
    const { leg, from: sender, dialled, callerNumber } = rig.arrival;
    expect(leg.party).toEqual({ kind: 'user', number: '101', name: 'Анна', user: rig.user('anna').id });
    expect([sender.kind, dialled, callerNumber]).toEqual(['user', '102', null]);
    refuse();
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('a phone is challenged, and its wrong password counts for the guard', async () => {
    const stack = rig.stack('10.0.0.5');
    const wrong = { username: 'anna', password: 'Wrong-1' };
    const response = await invite(stack, { uri: `sip:102@${DOMAIN}`, account: wrong, body: SDP('8') });
    expect(response?.status).toBe(407);
    expect(response?.headers.all('Proxy-Authenticate')).toHaveLength(2);
    expect(rig.arrivals).toEqual([]);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('a phone at the address of the trusted trunk is still challenged as a user', async () => {
    const response = await invite(rig.stack('127.0.0.1', 5070), {
      uri: `sip:74951230001@${DOMAIN}`,
      body: SDP('8'),
    });
    expect(response?.status).toBe(407);
    expect(rig.arrivals).toEqual([]);
  });

  test('DESIGN §6 a user of one domain reaches nobody of another: 404, nothing arrives', async () => {
    const response = await invite(rig.stack('10.0.0.5'), {
      uri: 'sip:101@filial.kommutator.test',
      account: anna,
      body: SDP('8'),
    });
    expect([response?.status, response?.headers.get('Reason')]).toEqual([
      404,
      'Q.850;cause=1;text="Unallocated number"',
    ]);
    expect(rig.arrivals).toEqual([]);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('credentials of one domain are worth nothing in another', async () => {
    const response = await invite(rig.stack('10.0.0.5'), {
      uri: 'sip:101@filial.kommutator.test',
      from: '<sip:anna@filial.kommutator.test>',
      account: anna,
      body: SDP('8'),
    });
    expect(response?.status).toBe(407);
  });

  test('RTE-7.2 a trunk’s call: P-Asserted-Identity before From, numbers in E.164', async () => {
    const headers: HeaderList = [['P-Asserted-Identity', '"ООО Ромашка" <sip:+79031112233@carrier>']];
    await invite(rig.stack(CARRIER), {
      uri: 'sip:74951230001@10.0.0.1',
      from: '<sip:79990000000@10.9.0.1>',
      headers,
      body: SDP('8'),
    });
    const { leg, callerNumber, dialled, config } = rig.arrival;
    expect([callerNumber, dialled, config.name]).toEqual(['79031112233', '74951230001', DOMAIN]);
    expect(leg.party).toEqual({ kind: 'pstn', number: '79031112233', name: 'ООО Ромашка', trunk: trunk.id });
    expect(rig.lines.trunkCalls(trunk)).toBe(1);
    refuse();
    expect(rig.lines.trunkCalls(trunk)).toBe(0);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('RTE-7.2 a hidden caller has no number and no name', async () => {
    const headers: HeaderList = [
      ['P-Asserted-Identity', '"Кто-то" <sip:79031112233@carrier>'],
      ['Privacy', 'id'],
    ];
    await invite(rig.stack(CARRIER), {
      uri: 'sip:74951230001@10.0.0.1',
      from: '<sip:a@c>',
      headers,
      body: SDP('8'),
    });
    expect(rig.arrival).toMatchObject({
      callerNumber: null,
      privacy: true,
      leg: { party: { number: '', name: '' } },
    });
    refuse();
  });

  test('a trunk profile says that the called number stands in To, in national form', async () => {
    rig = new Rig({ trunks: [{ ...trunk, calledIn: 'to', numberFormat: 'national8' }] });
    await invite(rig.stack(CARRIER), {
      uri: 'sip:account@10.0.0.1',
      from: '<sip:89031112233@c>',
      to: '<sip:84951230002@c>',
      body: SDP('8'),
    });
    expect(rig.arrival).toMatchObject({ dialled: '74951230002', callerNumber: '79031112233' });
    refuse();
  });

  test('RTE-15.1 a number nobody has is 404 with cause 1', async () => {
    const o = { uri: 'sip:74959999999@10.0.0.1', from: '<sip:79031112233@c>', body: SDP('8') };
    const response = await invite(rig.stack(CARRIER), o);
    expect([response?.status, response?.headers.get('Reason')]).toEqual([
      404,
      'Q.850;cause=1;text="Unallocated number"',
    ]);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('a stranger is turned away, challenged only where he names a domain', async () => {
    const stack = rig.stack('203.0.113.9');
    const from = '<sip:100@203.0.113.9>';
    expect((await invite(stack, { uri: 'sip:900441234567@10.0.0.1', from, body: SDP('8') }))?.status).toBe(
      403,
    );
    expect((await invite(stack, { uri: `sip:101@${DOMAIN}`, from, body: SDP('8') }))?.status).toBe(407);
    expect(await rig.left()).toEqual(NOTHING);
  });
});

describe('what is refused before anything rings', () => {
  const call = (o: Partial<Sent>) =>
    invite(rig.stack(CARRIER), {
      uri: 'sip:74951230001@10.0.0.1',
      from: '<sip:79031112233@c>',
      body: SDP('8'),
      ...o,
    });

  test('RFC 3261 §13.3.1.3 no common codec, no audio, encrypted media: 488', async () => {
    expect((await call({ body: SDP('9 18') }))?.status).toBe(488);
    expect(rig.arrivals).toEqual([]);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('a body that is no SDP: 415 with Accept', async () => {
    const response = await call({ type: 'text/plain' });
    expect([response?.status, response?.headers.get('Accept')]).toEqual([415, 'application/sdp']);
  });

  test('RFC 3261 §16.3 a call that has used up its hops: 483', async () => {
    const stack = rig.stack(CARRIER);
    const response = await new Promise<SipResponse | undefined>(resolve => {
      const init = {
        method: 'INVITE',
        uri: 'sip:74951230001@10.0.0.1',
        from: '<sip:1@c>',
        to: '<sip:2@c>',
        maxForwards: 0,
      };
      const events = { provisional: () => undefined, answered: () => undefined };
      stack.invite(init, EXCHANGE, { ...events, failed: ({ response: final }) => resolve(final) });
    });
    expect(response?.status).toBe(483);
  });

  test('RFC 3261 §8.2.2.3 an extension we do not have: 420', async () => {
    const response = await call({ headers: [['Require', 'recipient-list-invite']] });
    expect([response?.status, response?.headers.get('Unsupported')]).toEqual([420, 'recipient-list-invite']);
  });

  describe('DESIGN §2 while the gate is shut', () => {
    const shut = {
      overload: () => rig.lines.setOverload(true),
      draining: () => rig.lines.drain(),
    };
    let port = 5060;
    const calls = (user: string, more: Partial<Sent> = {}) =>
      invite(rig.stack('10.0.0.5', port++), { uri: `sip:${user}@${DOMAIN}`, body: SDP('8'), ...more });

    test.each([
      ['overload', '10'],
      ['draining', '60'],
    ] as const)('%s: 503 with Retry-After before any digest, but not for 112', async (why, retryAfter) => {
      shut[why]();
      const refused = await calls('74951230001');
      expect([refused?.status, refused?.headers.get('Retry-After')]).toEqual([503, retryAfter]);
      expect(refused?.headers.get('Reason')).toContain('Q.850;cause=42');
      expect(rig.lines.counters().shed).toBe(1);
      await calls('112', { account: anna });
      expect(rig.arrival.dialled).toBe('112');
      refuse();
    });

    test('who calls 112 still has to say who he is', async () => {
      rig.lines.setOverload(true);
      expect((await calls('112'))?.status).toBe(407);
      expect((await calls('112', { account: { ...anna, password: 'wrong' } }))?.status).toBe(407);
      expect(rig.lines.counters().shed).toBe(0);
    });

    test('101–104 pass the gate, and are refused when in this domain they are somebody’s internal numbers', async () => {
      rig.lines.setOverload(true);
      expect((await calls('101', { account: anna }))?.status).toBe(503);
      expect(rig.lines.counters().shed).toBe(1);
      await calls('103', { account: anna });
      expect(rig.arrival.dialled).toBe('103');
      refuse();
    });

    test('a trunk brings no emergency calls', async () => {
      rig.lines.setOverload(true);
      const response = await invite(rig.stack('10.9.0.1'), { uri: 'sip:112@10.0.0.1', body: SDP('8') });
      expect([response?.status, rig.lines.counters().shed]).toEqual([503, 1]);
      rig.lines.setOverload(false);
    });
  });

  test('USR-20.5 Replaces and USR-42.11 diversions are handed on', async () => {
    const headers: HeaderList = [
      ['Replaces', 'abc;to-tag=t;from-tag=f'],
      ['Diversion', '<sip:74951230002@c>;counter=2'],
    ];
    await call({ headers });
    expect(rig.arrival).toMatchObject({ hops: 2, replaces: { callId: 'abc', fromTag: 'f', toTag: 't' } });
    refuse();
  });
});

describe('other methods outside a dialog', () => {
  const ask = async (method: string) => {
    const init = { method, uri: 'sip:10.0.0.1', from: '<sip:scan@evil>', to: '<sip:10.0.0.1>' };
    return (await rig.stack('203.0.113.9', 5061, method.length).request(init, EXCHANGE)).status;
  };

  test.each([
    ['OPTIONS', 200],
    ['SUBSCRIBE', 489],
    ['PUBLISH', 489],
    ['MESSAGE', 405],
    ['INFO', 481],
    ['BYE', 481],
    ['FROBNICATE', 501],
  ])('%s from anywhere: %i', async (method, status) => {
    expect(await ask(method)).toBe(status);
    expect(await rig.left()).toEqual(NOTHING);
  });
});

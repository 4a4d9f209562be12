/** USR-43 and the limits around it over real sockets: settings written as an administrator writes them, the next call obeys. */
import { SystemClock } from '@kommutator/base';
import {
  type Administration,
  earOf,
  eventually,
  freeUdpPort,
  openAdministration,
  openPhone,
  type RealPhone,
  type RunningExchange,
  startExchange,
  untilQuiet,
} from '@kommutator/e2e';
import {
  addForwardingRule,
  type NewForwardingRule,
  removeForwardingRule,
  updateDomain,
  updateUser,
} from '@kommutator/store';
import type { CallOptions, OutgoingCall } from '@kommutator/telephony/testing';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

const MOBILE = '79160000001';
const clock = new SystemClock();
let exchange: RunningExchange;
let administration: Administration;
let anna: RealPhone;
let boris: RealPhone;
/** The public network: calls in by the trunk, and is called where `DEMO_TRUNK` points. */
let pstn: RealPhone;

beforeAll(async () => {
  const port = await freeUdpPort();
  exchange = await startExchange({ env: { DEMO_TRUNK: `127.0.0.1:${port}` } });
  pstn = await openPhone(exchange, { hz: 1100, port });
  anna = await openPhone(exchange, { login: 'anna', hz: 500 });
  boris = await openPhone(exchange, { login: 'boris', hz: 900 });
  expect([await anna.phone.registers(), await boris.phone.registers()]).toEqual([200, 200]);
  administration = await openAdministration(exchange);
});

afterAll(async () => {
  await administration?.[Symbol.asyncDispose]();
  for (const phone of [anna, boris, pstn]) await phone?.[Symbol.asyncDispose]();
  await exchange?.[Symbol.asyncDispose]();
});

/** Whoever still has a call gives it up, so that the next test begins with free channels. */
afterEach(async () => {
  const calls = [anna, boris, pstn].flatMap(({ phone }) => phone.history);
  for (const call of calls) call.hangsUp();
  await Promise.all(calls.map(call => call.over));
});

const sip = { type: 'sip', target: 'anna@demo.kommutator.test', ringTime: 60, enabled: true } as const;
const mobile = { type: 'mobile', target: MOBILE, ringTime: 60, enabled: true } as const;

/** Anna's contact numbers from now on. */
async function annaRings(
  ...rules: readonly (Omit<NewForwardingRule, 'schedule'> & Partial<NewForwardingRule>)[]
) {
  const { id, forwarding } = await administration.user('anna');
  await administration.apply(async tx => {
    for (const rule of forwarding) await removeForwardingRule(tx, rule.id);
    for (const rule of rules) await addForwardingRule(tx, id, { schedule: [], ...rule });
  });
}

const change = async (login: string, settings: Parameters<typeof updateUser>[2]) => {
  const { id } = await administration.user(login);
  await administration.apply(tx => updateUser(tx, id, settings));
};

const fromPstn = (number: string, o: CallOptions = { from: '79161234567' }): Promise<OutgoingCall> =>
  pstn.phone.calls(number, o);

/** What a call comes to first: 180, or the status of its end. */
const firstWord = (call: OutgoingCall) =>
  eventually(
    clock,
    async () => call.ringing ?? call.end?.status ?? 0,
    status => status > 0,
  );

/** How many calls a phone has had, to see that none is added. */
const had = ({ phone }: RealPhone) => phone.history.length;

describe('contact numbers', () => {
  test('USR-43 C1 the first level does not answer for its ring time: it is cancelled and the mobile rings', async () => {
    await annaRings({ ...sip, priority: 4, ringTime: 5 }, { ...mobile, priority: 5 });
    const call = await boris.phone.calls('101');
    const atAnna = await anna.phone.rings();
    const rang = clock.now();
    const atMobile = await pstn.phone.rings(MOBILE);
    expect(await atAnna.over).toMatchObject({ status: 487, byMe: false });
    console.log(`second level after ${Math.round(clock.now() - rang)} ms of 5000`);
    atMobile.answers();
    await call.decided;
    await Promise.all([earOf(call).untilHears(1100), earOf(atMobile).untilHears(900)]);
    expect(atMobile.from?.uri.user).toBe('74951230001');
    expect(atMobile.invite.headers.get('P-Asserted-Identity')).toContain('sip:74951230001@');
  });

  test('USR-43 C5 busy on the first level ends the scenario: 486 for the caller, the mobile never rings', async () => {
    await annaRings({ ...sip, priority: 4 }, { ...mobile, priority: 5 });
    const before = had(pstn);
    const call = await boris.phone.calls('101');
    (await anna.phone.rings()).refuses(486);
    expect(await call.over).toMatchObject({ status: 486 });
    expect(had(pstn)).toBe(before);
  });

  test('USR-43 F2 both at once: the mobile answers first, anna gets CANCEL with Reason 200', async () => {
    await annaRings({ ...sip, priority: 10 }, { ...mobile, priority: 10 });
    const call = await boris.phone.calls('101');
    const [atAnna, atMobile] = await Promise.all([anna.phone.rings(), pstn.phone.rings(MOBILE)]);
    atMobile.answers();
    await call.decided;
    expect((await atAnna.over).reasons.join()).toContain('SIP;cause=200');
    await Promise.all([earOf(call).untilHears(1100), earOf(atMobile).untilHears(900)]);
  });

  test('USR-43 F4 both at once and both busy: 486', async () => {
    await annaRings({ ...sip, priority: 10 }, { ...mobile, priority: 10 });
    const call = await boris.phone.calls('101');
    (await anna.phone.rings()).refuses(486);
    (await pstn.phone.rings(MOBILE)).refuses(486);
    expect(await call.over).toMatchObject({ status: 486 });
  });

  test('USR-44.1 a call from outside that is forwarded says which number was called, and shows a number of ours', async () => {
    await annaRings({ ...mobile, priority: 1 });
    const call = await fromPstn('74951230003');
    const atMobile = await pstn.phone.rings(MOBILE);
    expect(atMobile.invite.headers.get('Diversion')).toMatch(
      /^<sip:74951230003@[^>]+>;reason=\w+;counter=1$/,
    );
    expect(atMobile.invite.headers.all('History-Info').join()).toContain('74951230003');
    expect(atMobile.from?.uri.user).toBe('74951230001');
    atMobile.answers();
    await call.decided;
    expect(call.talking).toBe(true);
  });

  test('USR-43 H2 outside its schedule a contact number does not ring: with no other one it is 480 at once', async () => {
    // Two days away: no midnight can make it true while the test runs.
    const day = (((new Date(clock.wall()).getUTCDay() + 2) % 7) + 1) as 1 | 2 | 3 | 4 | 5 | 6 | 7;
    await annaRings({ ...sip, priority: 1, schedule: [{ days: [day], from: 0, to: 0 }] });
    const before = had(anna);
    const call = await boris.phone.calls('101');
    expect(await call.over).toMatchObject({ status: 480 });
    expect(had(anna)).toBe(before);
  });

  test('DESIGN §2 «A click» a number switched off is off for the next call', async () => {
    await annaRings({ ...sip, priority: 1 });
    const [rule] = (await administration.user('anna')).forwarding;
    if (!rule) throw new Error('anna has no contact number');
    const { id } = await administration.user('anna');
    await administration.change(async tx => {
      await removeForwardingRule(tx, rule.id);
      await addForwardingRule(tx, id, { ...sip, priority: 1, schedule: [], enabled: false });
    });
    const saved = clock.now();
    const next = async () => {
      const call = await boris.phone.calls('101');
      const status = await firstWord(call);
      if (status === 180) await anna.phone.rings();
      call.hangsUp();
      return status;
    };
    await eventually(clock, next, status => status === 480, 10_000);
    console.log(`live after ${Math.round(clock.now() - saved)} ms, wanted are 2000`);
  });
});

describe('what the public network sees', () => {
  test('USR-27 the outgoing number of the user stands in From and P-Asserted-Identity', async () => {
    const { numbers } = await administration.domain();
    const own = numbers.find(({ digits }) => digits === '74951230003');
    await change('anna', { outgoingNumber: own?.id ?? null });
    const call = await anna.phone.calls('89161112233', { from: '74951230002' });
    const atPstn = await pstn.phone.rings('79161112233');
    expect(atPstn.from?.uri.user).toBe('74951230003');
    expect(atPstn.invite.headers.get('P-Asserted-Identity')).toContain('sip:74951230003@');
    atPstn.refuses(486);
    expect(await call.over).toMatchObject({ status: 486 });
  });

  test('ACC-30 «Международных» forbidden: an announcement, then 403, and nothing leaves; Moscow passes', async () => {
    await change('boris', { restriction: 'international' });
    const before = had(pstn);
    const call = await boris.phone.calls('8101212345678');
    await earOf(call).untilHearsSpeech();
    expect(await call.over).toMatchObject({ status: 403 });
    expect(call.ringing).toBe(183);
    expect(had(pstn)).toBe(before);
    await boris.phone.calls('84951112233');
    await pstn.phone.rings('74951112233');
  });
});

describe('channels', () => {
  test('BIL-36 one incoming channel: the second call is 486, the third after the first has ended is not', async () => {
    await annaRings({ ...sip, priority: 1 });
    await administration.apply(tx => updateDomain(tx, { channels: { incoming: 1, outgoing: 1 } }));
    const first = await fromPstn('74951230003');
    await anna.phone.rings();
    const second = await fromPstn('74951230003');
    expect(await second.over).toMatchObject({ status: 486 });
    first.hangsUp();
    await first.over;
    const third = await fromPstn('74951230003');
    expect(await firstWord(third)).toBe(180);
    await anna.phone.rings();
  });

  test('USR-43 N1 no outgoing channel for the mobile: anna’s phone rings alone and the caller notices nothing', async () => {
    await annaRings({ ...sip, priority: 10 }, { ...mobile, priority: 10 });
    await boris.phone.calls('89161112233');
    (await pstn.phone.rings('79161112233')).answers();
    const before = had(pstn);
    const call = await fromPstn('74951230003');
    const atAnna = await anna.phone.rings();
    atAnna.answers();
    await call.decided;
    expect(call.talking).toBe(true);
    // The call that came is the only one the public network has seen since.
    expect(had(pstn)).toBe(before + 1);
  });

  test('ACC-15 112 passes when the only outgoing channel is taken, an ordinary call gets 486 after the announcement', async () => {
    await change('boris', { restriction: null });
    await boris.phone.calls('89161112233');
    (await pstn.phone.rings('79161112233')).answers();
    const refused = await anna.phone.calls('89162223344');
    expect(await refused.over).toMatchObject({ status: 486 });
    const help = await anna.phone.calls('112');
    (await pstn.phone.rings('112')).answers();
    await help.decided;
    expect(help.talking).toBe(true);
  });
});

test('DESIGN §2 rule 2 nothing is left of all these calls', () => untilQuiet(exchange));

import { describe, expect, it } from 'vitest';
import { type ConfigInput, virtualExchange } from '../../src/testing/index.ts';
import { dials, noted, phonesOf } from './support.ts';

const OFFICE: ConfigInput = {
  users: { anna: { extension: '101' }, boris: { extension: '102' } },
  numbers: {
    '74951230001': [{ to: { user: 'anna' } }],
    '74951230002': [],
    '74951230003': [{ to: 'end' }],
    '74951230004': [{ to: { user: 'anna' }, active: false }],
    '74951230005': [{ to: { ivr: 'Меню' } }],
  },
};

describe('RTE-15 calls from the public network', () => {
  it.each([
    ['unknown number', '74959999999', 404, 'cause=1'],
    ['RTE-4 no rules', '74951230002', 486, 'cause=17'],
    ['RTE-4 only an inactive rule', '74951230004', 486, 'cause=17'],
    ['end of call', '74951230003', 486, 'cause=17'],
    ['an object not served yet', '74951230005', 480, 'cause=31'],
    ['nobody registered', '74951230001', 480, 'cause=20'],
  ])('RTE-15.11 %s', async (_title, number, status, q850) => {
    const x = virtualExchange(OFFICE);
    const call = await x.pstn.calls(number);
    await x.settles();
    expect([call.end?.status, call.ringing]).toEqual([status, null]);
    expect(call.end?.reasons[0]).toMatch(new RegExp(`Q.850;${q850}(;|$)`));
    expect(x.channels.total).toBe(0);
    await x.expectNothingLeft();
  });

  it('RTE-4.3 the protocol: number called, no rule, end', async () => {
    const x = virtualExchange(OFFICE);
    await x.pstn.calls('74951230002');
    await x.settles();
    const types = x.journal.eventsOf().map(event => event.type);
    expect(types).toEqual(['call.started', 'leg.started', 'route.none', 'leg.ended', 'call.ended']);
    expect(x.journal.eventsOf()[0]).toMatchObject({ direction: 'in', number: { digits: '74951230002' } });
    await x.expectNothingLeft();
  });

  it('RTE-15.11 no answer 480/19, busy 486/17, the caller hangs up 487', async () => {
    const x = virtualExchange(OFFICE);
    const [anna] = await phonesOf(x, 'anna');
    x.begins();
    const unanswered = await x.pstn.calls('74951230001');
    await x.at(45);
    expect([unanswered.end?.status, unanswered.end?.reasons[0]]).toEqual([
      480,
      expect.stringContaining('cause=19'),
    ]);
    const busy = await x.pstn.calls('74951230001');
    await x.settles();
    anna.refuses(486);
    await x.settles();
    expect([busy.end?.status, busy.end?.reasons[0]]).toEqual([486, expect.stringContaining('cause=17')]);
    const left = await x.pstn.calls('74951230001');
    await x.settles();
    left.hangsUp();
    await x.settles();
    expect(left.end?.status).toBe(487);
    expect(anna.call.end?.status).toBe(487);
    expect(x.journal.eventsOf().at(-1)).toMatchObject({ by: 'caller' });
    await x.expectNothingLeft();
  });

  it('RTE-15.2, BIL-14 a blocked domain: the announcement in 183, then 480/31; no channel is held', async () => {
    const x = virtualExchange(OFFICE);
    const [anna] = await phonesOf(x, 'anna');
    x.meter.suspended.add(x.config.id);
    const call = await x.pstn.calls('74951230001');
    await x.settles();
    expect([call.ringing, await call.hears()]).toEqual([183, 'clip:announcement:out-of-service']);
    expect(x.channels.total).toBe(0);
    await x.at(5);
    expect(call.end?.status).toBe(480);
    expect(anna.history).toHaveLength(0);
    await x.expectNothingLeft();
  });

  it('BIL-14.2 an own phone of a blocked domain: announcement, 403 for 402; emergency calls pass', async () => {
    const x = virtualExchange(OFFICE);
    const [anna] = await phonesOf(x, 'anna');
    x.meter.suspended.add(x.config.id);
    const call = await dials(x, anna, '102');
    expect(await call.hears()).toBe('clip:announcement:suspended');
    await x.at(5);
    expect([call.end?.status, call.end?.reasons[0]]).toEqual([403, expect.stringContaining('SIP;cause=402')]);
    const emergency = await dials(x, anna, '112');
    const rescue = await x.pstn.rings('112');
    rescue.answers();
    await x.settles();
    expect(emergency.talking).toBe(true);
    emergency.hangsUp();
    await x.expectNothingLeft();
  });

  it('RTE-15.12 an own number dialled in full: its rules, an internal call without channels or trunk', async () => {
    const x = virtualExchange(OFFICE);
    const [anna, boris] = await phonesOf(x, 'anna', 'boris');
    const call = await dials(x, boris, '84951230001');
    expect(anna.history).toHaveLength(1);
    expect(x.pstn.history).toHaveLength(0);
    expect(x.channels.total).toBe(0);
    expect(noted(x, 'call.started')[0]).toMatchObject({
      direction: 'int',
      number: { digits: '74951230001' },
    });
    anna.answers();
    await x.settles();
    expect(call.talking).toBe(true);
    call.hangsUp();
    await x.expectNothingLeft();
  });

  it('RTE-15 a rule changed between two calls counts for the second', async () => {
    const x = virtualExchange(OFFICE);
    const [anna, boris] = await phonesOf(x, 'anna', 'boris');
    const first = await x.pstn.calls('74951230001');
    await x.settles();
    x.change({ ...OFFICE, numbers: { '74951230001': [{ to: { user: 'boris' } }] } });
    const second = await x.pstn.calls('74951230001');
    await x.settles();
    expect([anna.history.length, boris.history.length]).toEqual([1, 1]);
    first.hangsUp();
    second.hangsUp();
    await x.expectNothingLeft();
  });
});

describe('BIL-36 channels', () => {
  it('BIL-36 with two incoming channels the third call is busy while internal calls go on; a BYE frees one', async () => {
    const x = virtualExchange({ ...OFFICE, channels: { incoming: 2, outgoing: 2 } });
    const [anna, boris] = await phonesOf(x, 'anna', 'boris');
    const first = await x.pstn.calls('74951230001');
    const second = await x.pstn.calls('74951230001');
    await x.settles();
    const third = await x.pstn.calls('74951230001');
    await x.settles();
    expect([third.end?.status, third.end?.reasons[0]]).toEqual([486, expect.stringContaining('cause=17')]);
    expect(noted(x, 'channel.none')).toEqual([{ type: 'channel.none', way: 'incoming' }]);
    const internal = await dials(x, boris, '101');
    expect(anna.history).toHaveLength(3);
    first.hangsUp();
    await x.settles();
    const fourth = await x.pstn.calls('74951230001');
    await x.settles();
    expect(anna.history).toHaveLength(4);
    for (const call of [second, internal, fourth]) call.hangsUp();
    await x.expectNothingLeft();
  });

  it('BIL-36 no outgoing channel: announcement, 486/34; 112 passes', async () => {
    const x = virtualExchange({ ...OFFICE, channels: { incoming: 1, outgoing: 0 } });
    const [anna] = await phonesOf(x, 'anna');
    const call = await dials(x, anna, '89161112233');
    expect([call.ringing, await call.hears()]).toEqual([183, 'clip:announcement:no-lines']);
    await x.at(5);
    expect([call.end?.status, call.end?.reasons[0]]).toEqual([486, expect.stringContaining('cause=34')]);
    expect(noted(x, 'channel.none')).toEqual([{ type: 'channel.none', way: 'outgoing' }]);
    const emergency = await dials(x, anna, '112');
    expect((await x.pstn.rings('112')).number).toBe('112');
    emergency.hangsUp();
    await x.expectNothingLeft();
  });

  it('BIL-36 a limit lowered during two calls cuts neither, the next is refused', async () => {
    const x = virtualExchange(OFFICE);
    await phonesOf(x, 'anna');
    const calls = [await x.pstn.calls('74951230001'), await x.pstn.calls('74951230001')];
    await x.settles();
    x.change({ ...OFFICE, channels: { incoming: 1, outgoing: 1 } });
    const next = await x.pstn.calls('74951230001');
    await x.settles();
    expect([...calls.map(call => call.end), next.end?.status]).toEqual([null, null, 486]);
    for (const call of calls) call.hangsUp();
    await x.expectNothingLeft();
  });

  it('without money and without channels 112 is connected, and its channel is free afterwards', async () => {
    const x = virtualExchange({ ...OFFICE, channels: { incoming: 0, outgoing: 0 } });
    const [anna] = await phonesOf(x, 'anna');
    x.meter.broke.add(x.config.id);
    const call = await dials(x, anna, '112');
    (await x.pstn.rings('112')).answers();
    await x.settles();
    expect([call.talking, x.channels.total]).toEqual([true, 1]);
    call.hangsUp();
    await x.expectNothingLeft();
  });

  it('no money: an outgoing call hears why and gets 403 for 402', async () => {
    const x = virtualExchange(OFFICE);
    const [anna] = await phonesOf(x, 'anna');
    x.meter.broke.add(x.config.id);
    const call = await dials(x, anna, '89161112233');
    expect(await call.hears()).toBe('clip:announcement:suspended');
    await x.at(5);
    expect([call.end?.status, call.end?.reasons[0]]).toEqual([403, expect.stringContaining('SIP;cause=402')]);
    expect(x.channels.total).toBe(0);
    await x.expectNothingLeft();
  });
});

import { describe, expect, it } from 'vitest';
import { type ConfigInput, virtualExchange } from '../../src/testing/index.ts';
import { dials, header, noted, phonesOf } from './support.ts';

const MOBILE = '79160000001';
const OFFICE: ConfigInput = {
  users: {
    anna: { extension: '101', name: 'Анна' },
    boris: { extension: '102', name: 'Борис' },
    vera: { extension: '103', name: 'Вера' },
    gleb: { extension: '104', name: 'Глеб' },
    dina: { extension: '105', name: 'Дина' },
  },
  groups: {
    Продажи: { extension: '500', members: ['anna', 'boris'] },
    Очередь: { extension: '501', algorithm: 'acd_idle', members: ['anna'] },
  },
  pickupGroups: [['anna', 'boris', 'vera']],
  numbers: { '74951230001': [{ to: { user: 'anna' } }], '74951230002': [{ to: { group: 'Продажи' } }] },
};

describe('USR-20 picking up a call', () => {
  it('USR-20.2 the colleague talks within the second, the phone that rang is told «elsewhere»', async () => {
    const x = virtualExchange(OFFICE);
    const [anna, vera] = await phonesOf(x, 'anna', 'vera');
    x.begins();
    const call = await x.pstn.calls('74951230001', { from: '79161234567' });
    await x.at(5);
    const picked = await dials(x, vera, '*8');
    expect(x.timeline(call)).toEqual(['anna 0–5 elsewhere', '200 at 5']);
    expect(picked.answeredAt).toBe(x.clock.now());
    expect(await picked.hears()).toBe('voice of 10.9.0.1:4000');
    expect(anna.call.end?.status).toBe(487);
    await x.at(30);
    picked.hangsUp();
    await x.expectNothingLeft();
    expect(x.journal.calls).toHaveLength(1);
    expect(noted(x, 'pickup')).toEqual([
      { type: 'pickup', by: expect.objectContaining({ number: '103', name: 'Вера' }), user: 'user-anna' },
    ]);
    expect(noted(x, 'target.result')[0]?.result).toBe('pickedUp');
    expect(noted(x, 'talk.started')[0]?.answeredBy.number).toBe('103');
  });

  it('USR-20.3 the picker’s phone shows the caller', async () => {
    const x = virtualExchange(OFFICE);
    const [, vera, gleb] = await phonesOf(x, 'anna', 'vera', 'gleb');
    const call = await dials(x, gleb, '101');
    const picked = await dials(x, vera, '*8');
    expect(picked.shown).toContain('sip:104@');
    expect(picked.shown).toContain('Глеб');
    call.hangsUp();
    await x.expectNothingLeft();
  });

  it('USR-20.4 nothing rings: 480; in no group: 403 and the colleague rings on; no code: dialled as any other', async () => {
    const x = virtualExchange(OFFICE);
    const [anna, vera, gleb] = await phonesOf(x, 'anna', 'vera', 'gleb');
    expect((await dials(x, vera, '*8')).end?.status).toBe(480);
    const call = await x.pstn.calls('74951230001');
    await anna.rings();
    expect((await dials(x, gleb, '*8')).end?.status).toBe(403);
    expect(anna.call.end).toBeNull();
    x.change({ ...OFFICE, pickupCode: null });
    const unknown = await dials(x, vera, '*8');
    await x.at(2);
    expect(unknown.end?.status).toBe(404);
    call.hangsUp();
    await x.expectNothingLeft();
  });

  it('USR-20.1 of two calls the one that has rung longest is taken', async () => {
    const x = virtualExchange(OFFICE);
    const [anna, boris, vera, gleb, dina] = await phonesOf(x, 'anna', 'boris', 'vera', 'gleb', 'dina');
    x.begins();
    const first = await dials(x, gleb, '102');
    await x.at(7);
    const second = await dials(x, dina, '101');
    await x.at(10);
    const picked = await dials(x, vera, '*8');
    expect([first.talking, second.talking]).toEqual([true, false]);
    expect(boris.call.end?.reasons[0]).toContain('SIP;cause=200');
    expect(anna.call.end).toBeNull();
    picked.hangsUp();
    second.hangsUp();
    await x.expectNothingLeft();
  });

  it('USR-20.5 directed pickup takes that user’s call, and nobody’s of another group', async () => {
    const x = virtualExchange(OFFICE);
    const [anna, boris, vera, gleb, dina] = await phonesOf(x, 'anna', 'boris', 'vera', 'gleb', 'dina');
    const first = await dials(x, gleb, '102');
    const second = await dials(x, dina, '101');
    const foreign = await dials(x, vera, '*8104');
    expect(foreign.end?.status).toBe(403);
    const picked = await dials(x, vera, '*8101');
    expect([first.talking, second.talking]).toEqual([false, true]);
    expect([anna.call.end?.status, boris.call.end]).toEqual([487, null]);
    picked.hangsUp();
    first.hangsUp();
    await x.expectNothingLeft();
  });

  it('USR-20.5 a lamp key’s INVITE with Replaces takes the dialog it names', async () => {
    const x = virtualExchange(OFFICE);
    const [anna, vera, gleb, dina] = await phonesOf(x, 'anna', 'vera', 'gleb', 'dina');
    const other = await dials(x, gleb, '102');
    const call = await dials(x, dina, '101');
    const replaces = `${anna.call.callId};from-tag=a;to-tag=b`;
    const picked = await vera.calls('101', { headers: [['Replaces', replaces]] });
    await x.settles();
    expect([call.talking, other.talking, picked.talking]).toEqual([true, false, true]);
    call.hangsUp();
    other.hangsUp();
    await x.expectNothingLeft();
  });

  it('USR-20.1 a group call «Всем» is taken from all members, a queue’s is not', async () => {
    const x = virtualExchange(OFFICE);
    const [anna, boris, vera, gleb] = await phonesOf(x, 'anna', 'boris', 'vera', 'gleb');
    const queued = await dials(x, gleb, '501');
    expect(queued.end?.status).toBe(480);
    expect((await dials(x, vera, '*8')).end?.status).toBe(480);
    const call = await x.pstn.calls('74951230002');
    await x.settles();
    const picked = await dials(x, vera, '*8');
    expect(picked.talking).toBe(true);
    for (const phone of [anna, boris]) expect(phone.call.end?.reasons[0]).toContain('SIP;cause=200');
    call.hangsUp();
    await x.expectNothingLeft();
  });

  it('USR-20.6 picked up from the mobile level: the mobile stops, its channel is free', async () => {
    const forwarding = [{ type: 'mobile', target: MOBILE }] as const;
    const x = virtualExchange({
      ...OFFICE,
      users: { ...OFFICE.users, anna: { extension: '101', forwarding } },
    });
    const [vera, gleb] = await phonesOf(x, 'vera', 'gleb');
    const call = await dials(x, gleb, '101');
    const mobile = await x.pstn.rings(MOBILE);
    expect(x.channels.total).toBe(1);
    const picked = await dials(x, vera, '*8');
    expect(mobile.end?.status).toBe(487);
    expect([x.channels.total, x.meter.held]).toEqual([0, 0]);
    expect(call.talking).toBe(true);
    picked.hangsUp();
    await x.expectNothingLeft();
  });

  it('USR-20.7 two pickups at once: the first INVITE wins, the second gets 480', async () => {
    const x = virtualExchange(OFFICE);
    const [, boris, vera, gleb] = await phonesOf(x, 'anna', 'boris', 'vera', 'gleb');
    const call = await dials(x, gleb, '101');
    const [one, two] = await Promise.all([vera.calls('*8'), boris.calls('*8')]);
    await x.settles();
    expect([one.talking, two.end?.status]).toEqual([true, 480]);
    call.hangsUp();
    await x.expectNothingLeft();
  });

  it('USR-20.1 nobody picks up his own call from his second phone', async () => {
    const x = virtualExchange(OFFICE);
    const [vera, second, gleb] = await phonesOf(x, 'vera', 'vera', 'gleb');
    const call = await dials(x, gleb, '103');
    expect([vera.history.length, second.history.length]).toEqual([1, 1]);
    expect((await dials(x, second, '*8')).end?.status).toBe(480);
    call.hangsUp();
    await x.expectNothingLeft();
  });

  it('the number that was called stands in the History-Info of the phone that rings', async () => {
    const x = virtualExchange(OFFICE);
    const [anna] = await phonesOf(x, 'anna');
    const call = await x.pstn.calls('74951230001');
    await anna.rings();
    expect(header(anna, 'History-Info')).toContain('74951230001');
    call.hangsUp();
    await x.expectNothingLeft();
  });
});

import { describe, expect, it } from 'vitest';
import { type ConfigInput, type GroupInput, virtualExchange } from '../../src/testing/index.ts';
import { dials, noted, phonesOf } from './support.ts';

const MOBILE = '79160000001';
const office = (group: GroupInput, more: ConfigInput['users'] = {}): ConfigInput => ({
  users: {
    anna: { extension: '101' },
    op1: { extension: '601' },
    op2: { extension: '602' },
    op4: { extension: '604' },
    ...more,
  },
  groups: { Продажи: { extension: '500', members: ['op1', 'op2', 'op4'], ...group } },
  numbers: { '74951230001': [{ to: { group: 'Продажи' } }] },
});

describe('GRP-8 «Всем пользователям одновременно»', () => {
  it('GRP-8 rings all members at once, the first to answer has the call, the others are told so', async () => {
    const x = virtualExchange(office({}));
    const [, op2] = await phonesOf(x, 'op1', 'op2', 'op4');
    x.begins();
    const call = await x.pstn.calls('74951230001', { from: '79161234567' });
    await x.at(5);
    op2.answers();
    await x.settles();
    expect(x.timeline(call)).toEqual(['op1 0–5 elsewhere', 'op2 0–5', 'op4 0–5 elsewhere', '200 at 5']);
    expect(await op2.hears()).toBe('voice of 10.9.0.1:4000');
    expect(noted(x, 'talk.started')[0]?.answeredBy.number).toBe('602');
    op2.hangsUp();
    await x.expectNothingLeft();
    expect(x.journal.eventsOf().at(-1)).toMatchObject({ type: 'call.ended', by: 'callee' });
  });

  it('GRP-8.3 of two simultaneous 200 the earlier is connected, the later gets BYE', async () => {
    const x = virtualExchange(office({}));
    const [op1, op2] = await phonesOf(x, 'op1', 'op2');
    const call = await x.pstn.calls('74951230001');
    await op1.rings();
    await op2.rings();
    op1.answers();
    op2.answers();
    await x.settles();
    expect([op1.call.talking, op2.call.talking]).toEqual([true, false]);
    expect(op2.call.end?.status).toBe(200);
    call.hangsUp();
    await x.expectNothingLeft();
  });

  it('GRP-8.4 a busy member is dropped, the others ring on', async () => {
    const x = virtualExchange(office({}));
    const [op1, op2] = await phonesOf(x, 'op1', 'op2');
    x.begins();
    const call = await x.pstn.calls('74951230001');
    await op1.rings();
    op1.refuses(486);
    await x.at(5);
    op2.answers();
    await x.settles();
    expect(x.timeline(call)).toEqual(['op1 0–0', 'op2 0–5', '200 at 5']);
    call.hangsUp();
    await x.expectNothingLeft();
  });

  it('GRP-8.6 nobody answers: busy when the last scenario is over', async () => {
    const x = virtualExchange(office({}));
    await phonesOf(x, 'op1', 'op2', 'op4');
    x.begins();
    const call = await x.pstn.calls('74951230001');
    await x.at(60);
    expect(x.timeline(call).at(-1)).toBe('486 at 40');
    expect(call.end?.reasons[0]).toContain('cause=17');
    await x.expectNothingLeft();
  });

  it.each([
    ['without members', []],
    ['of members nobody can reach', ['op1', 'op2']],
  ])('GRP-8.6, 8.7 a group %s is busy at once', async (_title, members) => {
    const x = virtualExchange(office({ members }));
    const call = await x.pstn.calls('74951230001');
    await x.settles();
    expect(call.end?.status).toBe(486);
    expect(call.ringing).toBeNull();
    await x.expectNothingLeft();
  });

  it('GRP-8.2 a member’s mobile of priority 5 rings together with the phones, with the company’s number', async () => {
    const forwarding = [{ type: 'mobile', target: MOBILE, priority: 5 }, { priority: 10 }] as const;
    const x = virtualExchange(office({}, { op4: { extension: '604', forwarding } }));
    await phonesOf(x, 'op1', 'op4');
    x.begins();
    const call = await x.pstn.calls('74951230001', { from: '79161234567' });
    const mobile = await x.pstn.rings(MOBILE);
    expect(mobile.from?.uri.user).toBe('74951230001');
    await x.at(90);
    expect(x.timeline(call)).toEqual(['op1 0–40', `${MOBILE} 0–40`, 'op4 40–80', '486 at 80']);
    await x.expectNothingLeft();
  });

  it('GRP-8.5 the caller hears ringing only when a phone rings, and no 200 before a member answers', async () => {
    const x = virtualExchange(office({}));
    const [op1] = await phonesOf(x, 'op1');
    const call = await x.pstn.calls('74951230001');
    await op1.rings();
    await x.settles();
    expect([call.ringing, call.answeredAt]).toEqual([180, null]);
    call.hangsUp();
    await x.settles();
    expect(op1.call.end?.status).toBe(487);
    expect(x.journal.eventsOf().at(-1)).toMatchObject({ type: 'call.ended', by: 'caller' });
    await x.expectNothingLeft();
  });
});

describe('GRP-7 «Не задан», and what is not served', () => {
  it('GRP-7 rings nobody: 486, the protocol says why', async () => {
    const x = virtualExchange(office({ algorithm: 'none' }));
    const [anna, op1] = await phonesOf(x, 'anna', 'op1');
    const call = await dials(x, anna, '500');
    expect(call.end?.status).toBe(486);
    expect(op1.history).toHaveLength(0);
    expect(noted(x, 'group.noAlgorithm')).toHaveLength(1);
    await x.expectNothingLeft();
  });

  it('GRP-7 the next call after the change to «Всем» rings the members', async () => {
    const x = virtualExchange(office({ algorithm: 'none' }));
    const [anna, op1] = await phonesOf(x, 'anna', 'op1');
    await dials(x, anna, '500');
    x.change(office({}));
    const call = await dials(x, anna, '500');
    expect(op1.history).toHaveLength(1);
    call.hangsUp();
    await x.expectNothingLeft();
  });

  it('a queue is refused with 480 and named in the protocol', async () => {
    const x = virtualExchange(office({ algorithm: 'acd_idle' }));
    const [anna, op1] = await phonesOf(x, 'anna', 'op1');
    const call = await dials(x, anna, '500');
    expect(call.end?.status).toBe(480);
    expect(noted(x, 'route.unsupported')[0]?.target).toBe('acd_idle');
    expect(op1.history).toHaveLength(0);
    await x.expectNothingLeft();
  });
});

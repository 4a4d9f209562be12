import { describe, expect, it } from 'vitest';
import { type ConfigInput, virtualExchange } from '../../src/testing/index.ts';
import { dials, header, noted, phonesOf } from './support.ts';

const MOBILE = '79160000001';
const OFFICE: ConfigInput = {
  defaultOutgoingNumber: '74951234567',
  users: {
    anna: { extension: '101', name: 'Анна Петровна' },
    boris: { extension: '102', name: 'Борис', outgoingNumber: '74957756999' },
  },
  numbers: { '74950000001': [], '74951234567': [], '74957756999': [{ to: { user: 'boris' } }] },
};

describe('ACC-15 caller identity', () => {
  it('ACC-15.1 an internal call shows name and internal number', async () => {
    const x = virtualExchange(OFFICE);
    const [anna, boris] = await phonesOf(x, 'anna', 'boris');
    await dials(x, anna, '102');
    const { from } = await boris.rings();
    expect([from?.displayName, from?.uri.user, from?.uri.host]).toEqual([
      'Анна Петровна',
      '101',
      x.config.name,
    ]);
    anna.hangsUp();
    await x.expectNothingLeft();
  });

  it.each([
    ['anna', '74951234567', 'RTE-6 the domain’s default'],
    ['boris', '74957756999', 'ACC-15.2 his own'],
  ])('%s calls the public network with %s: %s', async (login, number) => {
    const x = virtualExchange(OFFICE);
    const [phone] = await phonesOf(x, login);
    await dials(x, phone, '89151112233');
    const call = await x.pstn.rings('79151112233');
    expect(call.from?.uri.user).toBe(number);
    expect(header(x.pstn, 'P-Asserted-Identity')).toContain(number);
    phone.hangsUp();
    await x.expectNothingLeft();
  });

  it('ACC-15 a number taken from the domain falls back to the default, no default to the first main number', async () => {
    const x = virtualExchange(OFFICE);
    const [boris] = await phonesOf(x, 'boris');
    const { defaultOutgoingNumber: _, ...rest } = OFFICE;
    const numbers = { '74950000001': [], '74951234567': [] };
    for (const [config, expected] of [
      [{ ...OFFICE, numbers }, '74951234567'],
      [{ ...rest, numbers }, '74950000001'],
    ] as const) {
      x.change(config);
      await dials(x, boris, '89151112233');
      expect((await x.pstn.rings()).from?.uri.user).toBe(expected);
      boris.hangsUp();
      await x.settles();
    }
    await x.expectNothingLeft();
  });

  it('ACC-15.3, USR-44 a caller forwarded to a mobile: the company’s number and a Diversion', async () => {
    const forwarding = [{ type: 'mobile', target: MOBILE }] as const;
    const boris = { extension: '102', outgoingNumber: '74957756999', forwarding };
    const x = virtualExchange({ ...OFFICE, users: { boris } });
    const call = await x.pstn.calls('74957756999', { from: '79990001122' });
    const mobile = await x.pstn.rings(MOBILE);
    expect(mobile.from?.uri.user).toBe('74957756999');
    expect(header(x.pstn, 'Diversion')).toContain('74957756999');
    expect(x.channels.used(x.config.id)).toEqual({ incoming: 1, outgoing: 1 });
    mobile.answers();
    await x.settles();
    expect(noted(x, 'leg.started').at(-1)).toMatchObject({ role: 'target', via: 'forwarding' });
    call.hangsUp();
    await x.expectNothingLeft();
  });

  it('USR-44 a hidden caller: the forwarded leg still has the company’s number', async () => {
    const forwarding = [{ type: 'mobile', target: MOBILE }] as const;
    const x = virtualExchange({ ...OFFICE, users: { boris: { extension: '102', forwarding } } });
    const call = await x.pstn.calls('74957756999', { from: 'anonymous', headers: [['Privacy', 'id']] });
    const mobile = await x.pstn.rings(MOBILE);
    expect(mobile.from?.uri.user).toBe('74951234567');
    expect(header(x.pstn, 'Privacy')).toBeUndefined();
    call.hangsUp();
    await x.expectNothingLeft();
  });

  it('ACC-15.5 what the phone claims in From is not believed', async () => {
    const x = virtualExchange(OFFICE);
    const [anna] = await phonesOf(x, 'anna');
    await anna.calls('89151112233', { from: '79999999999' });
    expect((await x.pstn.rings()).from?.uri.user).toBe('74951234567');
    anna.hangsUp();
    await x.expectNothingLeft();
  });

  it('ACC-15.4 CLIR counts towards the public network and never inside the domain', async () => {
    const x = virtualExchange(OFFICE);
    const [anna, boris] = await phonesOf(x, 'anna', 'boris');
    const headers = [['Privacy', 'id']] as const;
    await anna.calls('89151112233', { headers });
    expect((await x.pstn.rings()).from?.uri.user).toBe('anonymous');
    expect(header(x.pstn, 'Privacy')).toBe('id');
    anna.hangsUp();
    await anna.calls('102', { headers });
    expect((await boris.rings()).from?.uri.user).toBe('101');
    anna.hangsUp();
    await x.expectNothingLeft();
  });

  it('who calls for help is never hidden', async () => {
    const x = virtualExchange(OFFICE);
    const [anna] = await phonesOf(x, 'anna');
    await anna.calls('112', { headers: [['Privacy', 'id']] });
    expect((await x.pstn.rings('112')).from?.uri.user).toBe('74951234567');
    expect(header(x.pstn, 'Privacy')).toBeUndefined();
    anna.hangsUp();
    await x.expectNothingLeft();
  });

  it('ACC-15, USR-27.2 without any number: announcement and 403 to the public network, internal calls connect', async () => {
    const x = virtualExchange({ users: { anna: { extension: '101' }, boris: { extension: '102' } } });
    const [anna, boris] = await phonesOf(x, 'anna', 'boris');
    const call = await dials(x, anna, '89151112233');
    expect([call.ringing, await call.hears()]).toEqual([183, 'clip:announcement:no-number']);
    await x.at(5);
    expect(call.end?.status).toBe(403);
    expect(x.pstn.history).toHaveLength(0);
    const internal = await dials(x, anna, '102');
    boris.answers();
    await x.settles();
    expect(internal.talking).toBe(true);
    internal.hangsUp();
    await x.expectNothingLeft();
  });
});

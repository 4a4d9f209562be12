import { describe, expect, it } from 'vitest';
import { hours, type RoutingInput, virtualExchange } from '../../src/testing/index.ts';

const WORK = hours('пн-пт 10:00-19:00');
const MOSCOW = ['495', '499'];
const PETERSBURG = ['812'];
const OFF_MSK = hours('пн-пт 00:00-10:00', 'пн-пт 19:00-00:00', 'сб-вс 00:00-00:00');
const to = (group: string) => ({ to: { group } });
const vm = (group: string) => ({ to: { voicemailOf: { group } } });
const end = { to: 'end' as const };

const WED = (time: string) => `2021-03-24T${time}+03:00`;
const SAT = (time: string) => `2021-03-27T${time}+03:00`;
const SUN = (time: string) => `2021-03-28T${time}+03:00`;

const BY_DAY: readonly RoutingInput[] = [{ ...to('КС'), schedule: WORK }, vm('КС')];
const FIVE: readonly RoutingInput[] = [
  { ...to('МСК'), prefixes: MOSCOW, schedule: WORK },
  { ...vm('МСК'), prefixes: MOSCOW, schedule: OFF_MSK },
  { ...to('СПБ'), prefixes: PETERSBURG, schedule: WORK },
  { ...vm('СПБ'), prefixes: PETERSBURG, schedule: OFF_MSK },
];
const FOUR: readonly RoutingInput[] = [
  { ...to('МСК'), prefixes: MOSCOW },
  { ...to('СПБ'), prefixes: PETERSBURG },
];
const ANY = '79035551122';

/** `rings КС`, `voicemail 2` (rule 2), `end 2`, `none`. */
type Row = readonly [
  id: string,
  rules: readonly RoutingInput[],
  caller: string | null,
  at: string,
  treated: string,
];

const ROWS: readonly Row[] = [
  ['0a', [{ ...to('КС'), schedule: WORK }, end], ANY, WED('11:30:00'), 'rings КС'],
  ['0b', [{ ...to('КС'), schedule: WORK }, end], ANY, WED('19:00:00'), 'end 2'],
  ['0c', [end, { ...to('КС'), schedule: WORK }], ANY, WED('11:30:00'), 'end 1'],
  [
    '0d',
    [
      { ...to('КС'), schedule: hours('10:00-19:00') },
      { ...vm('КС'), schedule: hours('19:00-00:00', '00:00-10:00') },
    ],
    ANY,
    WED('02:00:00'),
    'voicemail 2',
  ],
  ['1a', [to('Analitika')], '74951234567', WED('11:30:00'), 'rings Analitika'],
  ['1b', [to('Analitika')], null, SUN('03:00:00'), 'rings Analitika'],
  ['2a', BY_DAY, ANY, WED('10:00:00'), 'rings КС'],
  ['2b 09:59:59', BY_DAY, ANY, WED('09:59:59'), 'voicemail 2'],
  ['2b 19:00:00', BY_DAY, ANY, WED('19:00:00'), 'voicemail 2'],
  ['2c', BY_DAY, ANY, SAT('12:00:00'), 'voicemail 2'],
  ['3', [vm('КС'), { ...to('КС'), schedule: WORK }], ANY, WED('11:30:00'), 'voicemail 1'],
  ['4a', FOUR, '74951234567', SUN('03:00:00'), 'rings МСК'],
  ['4b', FOUR, '74991234567', SUN('03:00:00'), 'rings МСК'],
  ['4c', FOUR, '78121234567', SUN('03:00:00'), 'rings СПБ'],
  ['4d Chelyabinsk', FOUR, '73431234567', WED('11:30:00'), 'none'],
  ['4d anonymous', FOUR, null, WED('11:30:00'), 'none'],
  ['4d Germany', FOUR, '495301234567', WED('11:30:00'), 'none'],
  ['5a', FIVE, '74951234567', WED('11:30:00'), 'rings МСК'],
  ['5b', FIVE, '74991234567', WED('19:00:00'), 'voicemail 2'],
  ['5c Saturday', FIVE, '74951234567', SAT('00:00:00'), 'voicemail 2'],
  ['5c Sunday', FIVE, '74951234567', SUN('23:59:59'), 'voicemail 2'],
  ['5d', FIVE, '78121234567', WED('18:59:59'), 'rings СПБ'],
  ['5e Wednesday', FIVE, '78121234567', WED('09:59:59'), 'voicemail 4'],
  ['5e Saturday', FIVE, '78121234567', SAT('12:00:00'), 'voicemail 4'],
  ['5f', FIVE, '79161234567', WED('11:30:00'), 'none'],
  [
    '5g',
    FIVE.map((rule, i) => (i === 0 ? { ...rule, active: false } : rule)),
    '74951234567',
    WED('11:30:00'),
    'none',
  ],
];

const GROUPS = ['КС', 'МСК', 'СПБ', 'Analitika'];

describe('RTE-17 worked examples as whole calls', () => {
  it.each(ROWS)('RTE-17 %s', async (_id, rules, caller, at, treated) => {
    const x = virtualExchange(
      {
        users: Object.fromEntries(GROUPS.map((_, i) => [`op${i}`, { extension: `10${i}` }])),
        groups: Object.fromEntries(GROUPS.map((name, i) => [name, { members: [`op${i}`] }])),
        numbers: { '74991112233': rules },
      },
      { start: at },
    );
    const phones = await x.registered(...GROUPS.map((_, i) => `op${i}`));
    const call = await x.pstn.calls('74991112233', { from: caller ?? 'anonymous' });
    await x.settles();
    const rang = GROUPS.filter((_, i) => phones[i]?.history.length === 1);
    const events = x.journal.eventsOf();
    const rule = events.find(event => event.type === 'route.rule')?.priority;
    const unsupported = events.find(event => event.type === 'route.unsupported')?.target;
    const seen = rang[0]
      ? `rings ${rang[0]}`
      : unsupported
        ? `${unsupported} ${rule}`
        : events.some(event => event.type === 'route.end')
          ? `end ${rule}`
          : 'none';
    expect(seen).toBe(treated);
    const status = treated.startsWith('voicemail') ? 480 : treated.startsWith('rings') ? undefined : 486;
    expect(call.end?.status).toBe(status);
    call.hangsUp();
    await x.expectNothingLeft();
  });

  it('RTE-17 the four rules of example 5 may stand in any order', async () => {
    for (const order of [
      [3, 2, 1, 0],
      [1, 3, 0, 2],
      [2, 0, 3, 1],
    ]) {
      const x = virtualExchange(
        {
          users: { op: { extension: '100' } },
          groups: { МСК: { members: ['op'] }, СПБ: { members: [] } },
          numbers: { '74991112233': order.flatMap(i => FIVE[i] ?? []) },
        },
        { start: WED('11:30:00') },
      );
      const [op] = await x.registered('op');
      const call = await x.pstn.calls('74991112233', { from: '74951234567' });
      await op?.rings();
      call.hangsUp();
      await x.expectNothingLeft();
    }
  });
});

import { describe, expect, it } from 'vitest';
import { hours, type RuleInput, virtualExchange } from '../../src/testing/index.ts';

const M = '79160000001';
const L = '74950000002';
const NAMES = { boris: 'S', [M]: 'M', [L]: 'L' };
const WH = hours('пн-пт 10:00-19:00', 'сб 10:00-16:00');
const NIGHT = hours('19:00-00:00', '00:00-10:00');

const s = (priority: number, o: RuleInput = {}): RuleInput => ({ priority, ...o });
const m = (priority: number, o: RuleInput = {}): RuleInput => ({ type: 'mobile', target: M, priority, ...o });
const l = (priority: number, o: RuleInput = {}): RuleInput => ({
  type: 'landline',
  target: L,
  priority,
  ...o,
});
const wh = { schedule: WH };

const A = [s(10)];
const B = [m(5, wh), s(10)];
const C = [s(4), m(5, wh)];
const D = [s(4), m(4, wh)];
const E = [s(10), m(20)];
const F = [s(10), m(10)];
const I1 = [s(1), m(2, { enabled: false }), l(3)];
const I2 = [s(1), m(2), l(3)];
const M1 = [m(5, wh), s(5), l(5)];

/** `S busy 2`: S answers 486 at the second 2; `absent` = 480 with Q.850 20; `answers`; `gone` = not registered. */
type Happening = `${'S' | 'M' | 'L'} ${'busy' | 'absent' | 'answers'} ${number}` | 'S gone';
interface Row {
  readonly id: string;
  readonly rules: readonly RuleInput[];
  /** Moscow time. */
  readonly at: string;
  readonly happens?: readonly Happening[];
  readonly expected: string;
  readonly wins?: true;
  readonly zone?: string;
  readonly outgoing?: number;
}

/** April 2021: the 12th is a Monday. */
const mon = (time: string) => `2021-04-12T${time}+03:00`;
const wed = (time: string) => `2021-04-14T${time}+03:00`;
const fri = (time: string) => `2021-04-16T${time}+03:00`;
const sat = (time: string) => `2021-04-17T${time}+03:00`;
const sun = (time: string) => `2021-04-18T${time}+03:00`;

const NOON = wed('12:00:00');
const S_ONLY = 'S 0–40, 480 at 40';
const M_THEN_S = 'M 0–40, S 40–80, 480 at 80';
const S_THEN_M = 'S 0–40, M 40–80, 480 at 80';
const BOTH = 'S 0–40, M 0–40, 480 at 40';

const ROWS: readonly Row[] = [
  { id: 'A1', rules: A, at: mon('11:00:00'), expected: S_ONLY },
  { id: 'A3', rules: A, at: mon('11:00:00'), happens: ['S gone'], expected: '480 at 0' },
  { id: 'A4', rules: A, at: mon('11:00:00'), happens: ['S busy 2'], expected: 'S 0–2, 486 at 2' },
  { id: 'A5', rules: A, at: mon('11:00:00'), happens: ['S answers 39'], expected: 'S 0–39, 200 at 39' },
  { id: 'B1', rules: B, at: NOON, expected: M_THEN_S },
  { id: 'B2', rules: B, at: fri('19:00:00'), expected: S_ONLY },
  { id: 'B3', rules: B, at: fri('18:59:59'), expected: M_THEN_S },
  { id: 'B4 15:59:59', rules: B, at: sat('15:59:59'), expected: M_THEN_S },
  { id: 'B4 16:00:00', rules: B, at: sat('16:00:00'), expected: S_ONLY },
  { id: 'B5', rules: B, at: sun('12:00:00'), expected: S_ONLY },
  { id: 'B6', rules: B, at: NOON, happens: ['M busy 3'], expected: 'M 0–3, 486 at 3' },
  { id: 'B7', rules: B, at: NOON, happens: ['M absent 4'], expected: 'M 0–4, S 4–44, 480 at 44' },
  { id: 'B8 09:59:59', rules: B, at: mon('09:59:59'), expected: S_ONLY },
  { id: 'B8 10:00:00', rules: B, at: mon('10:00:00'), expected: M_THEN_S },
  { id: 'B9', rules: B, at: fri('18:59:50'), expected: M_THEN_S },
  { id: 'C1', rules: C, at: NOON, expected: S_THEN_M },
  { id: 'C2', rules: C, at: wed('20:00:00'), expected: S_ONLY },
  { id: 'C3', rules: C, at: sun('12:00:00'), expected: S_ONLY },
  { id: 'C4', rules: C, at: fri('18:59:50'), expected: S_THEN_M },
  { id: 'C5', rules: C, at: NOON, happens: ['S busy 5'], expected: 'S 0–5, 486 at 5' },
  { id: 'D1', rules: D, at: NOON, expected: BOTH },
  { id: 'D1 scheduled-wins', rules: D, at: NOON, wins: true, expected: 'M 0–40, 480 at 40' },
  { id: 'D2', rules: D, at: sat('16:30:00'), expected: S_ONLY },
  { id: 'D3', rules: D, at: sun('12:00:00'), expected: S_ONLY },
  { id: 'D4', rules: D, at: NOON, happens: ['M answers 5'], expected: 'S 0–5 elsewhere, M 0–5, 200 at 5' },
  {
    id: 'D4 scheduled-wins',
    rules: D,
    at: NOON,
    wins: true,
    happens: ['M answers 5'],
    expected: 'M 0–5, 200 at 5',
  },
  { id: 'E1', rules: E, at: NOON, expected: S_THEN_M },
  { id: 'F1', rules: F, at: NOON, expected: BOTH },
  { id: 'F2', rules: F, at: NOON, happens: ['M answers 7'], expected: 'S 0–7 elsewhere, M 0–7, 200 at 7' },
  {
    id: 'F3',
    rules: F,
    at: NOON,
    happens: ['S busy 1', 'M answers 12'],
    expected: 'S 0–1, M 0–12, 200 at 12',
  },
  { id: 'F4', rules: F, at: NOON, happens: ['S busy 1', 'M busy 3'], expected: 'S 0–1, M 0–3, 486 at 3' },
  {
    id: 'F5',
    rules: [s(10, { ringTime: 20 }), m(10)],
    at: NOON,
    expected: 'S 0–20, M 0–40, 480 at 40',
  },
  {
    id: 'F6',
    rules: [...F, l(20)],
    at: NOON,
    happens: ['S busy 1'],
    expected: 'S 0–1, M 0–40, L 40–80, 480 at 80',
  },
  { id: 'F7', rules: [s(10), m(10, { schedule: hours('00:00-00:00') })], at: NOON, expected: BOTH },
  { id: 'G1', rules: [s(10, { enabled: false }), m(20, { enabled: false })], at: NOON, expected: '480 at 0' },
  { id: 'H2', rules: [s(10, wh)], at: sun('12:00:00'), expected: '480 at 0' },
  { id: 'I1', rules: I1, at: NOON, expected: 'S 0–40, L 40–80, 480 at 80' },
  {
    id: 'I2',
    rules: I2,
    at: NOON,
    happens: ['M busy 42'],
    expected: 'S 0–40, M 40–42, L 42–82, 480 at 82',
  },
  { id: 'I3', rules: I2, at: NOON, happens: ['S busy 1'], expected: 'S 0–1, 486 at 1' },
  { id: 'J1', rules: B, at: '2021-04-14T05:30:00Z', zone: 'Asia/Yekaterinburg', expected: M_THEN_S },
  { id: 'K1 23:59:59', rules: [m(5, { schedule: NIGHT }), s(10)], at: wed('23:59:59'), expected: M_THEN_S },
  { id: 'K1 00:00:00', rules: [m(5, { schedule: NIGHT }), s(10)], at: wed('00:00:00'), expected: M_THEN_S },
  { id: 'L1', rules: [m(5, wh), l(5, wh), s(10)], at: NOON, expected: 'M 0–40, L 0–40, S 40–80, 480 at 80' },
  { id: 'L2', rules: [m(5, wh), l(5)], at: NOON, expected: 'M 0–40, L 0–40, 480 at 40' },
  { id: 'L2 scheduled-wins', rules: [m(5, wh), l(5)], at: NOON, wins: true, expected: 'M 0–40, 480 at 40' },
  { id: 'M1 Wednesday', rules: M1, at: NOON, expected: 'S 0–40, M 0–40, L 0–40, 480 at 40' },
  { id: 'M1 Sunday', rules: M1, at: sun('12:00:00'), expected: 'S 0–40, L 0–40, 480 at 40' },
  { id: 'M1 Wednesday scheduled-wins', rules: M1, at: NOON, wins: true, expected: 'M 0–40, 480 at 40' },
  {
    id: 'M1 Sunday scheduled-wins',
    rules: M1,
    at: sun('12:00:00'),
    wins: true,
    expected: 'S 0–40, L 0–40, 480 at 40',
  },
  { id: 'N1', rules: F, at: NOON, outgoing: 0, expected: S_ONLY },
];

describe('USR-43 the scenario of a user', () => {
  it.each(ROWS)('USR-43 $id: $expected', async row => {
    const x = virtualExchange(
      {
        timezone: row.zone ?? 'Europe/Moscow',
        forwardingPolicy: row.wins ? 'scheduled-wins' : 'simultaneous',
        channels: { incoming: 30, outgoing: row.outgoing ?? 30 },
        users: { anna: { extension: '101' }, boris: { extension: '102', forwarding: row.rules } },
        numbers: { '74951230001': [] },
      },
      { start: row.at },
    );
    const happens = row.happens ?? [];
    const [anna] = await x.registered('anna');
    const boris = x.phone('boris');
    if (!happens.includes('S gone')) await boris.registers();
    x.begins();
    const call = await anna?.calls('102');
    await x.settles();
    for (const happening of happens) {
      const [who, what, second] = happening.split(' ');
      if (what === 'gone') continue;
      await x.at(Number(second));
      const phone = who === 'S' ? boris : x.pstn;
      const ringing = await phone.rings(who === 'M' ? M : who === 'L' ? L : undefined);
      if (what === 'answers') ringing.answers();
      if (what === 'busy') ringing.refuses(486);
      if (what === 'absent') ringing.refuses(480, [['Reason', 'Q.850;cause=20']]);
    }
    await x.at(130);
    if (!call) throw new Error('no call');
    expect(x.timeline(call, NAMES).join(', ')).toBe(row.expected);
    call.hangsUp();
    await x.expectNothingLeft();
  });

  it('USR-42.1 an edit while it rings does not alter the call', async () => {
    const users = { anna: { extension: '101' }, boris: { extension: '102', forwarding: [s(1), m(2)] } };
    const numbers = { '74951230001': [] };
    const x = virtualExchange({ users, numbers });
    const [anna] = await x.registered('anna', 'boris');
    x.begins();
    const call = await anna?.calls('102');
    await x.at(10);
    x.change({ users: { ...users, boris: { extension: '102', forwarding: [s(1)] } }, numbers });
    await x.at(100);
    if (!call) throw new Error('no call');
    expect(x.timeline(call, NAMES)).toEqual(['S 0–40', 'M 40–80', '480 at 80']);
    await x.expectNothingLeft();
  });

  it('USR-42.11 a scenario never rings longer than 300 s, and no further level begins', async () => {
    const long = { ringTime: 120 };
    const forwarding = [s(1, long), m(2, long), l(3, long), m(4, { ...long, target: '79160000003' })];
    const x = virtualExchange({
      users: { anna: { extension: '101' }, boris: { extension: '102', forwarding } },
      numbers: { '74951230001': [] },
    });
    const [anna] = await x.registered('anna', 'boris');
    x.begins();
    const call = await anna?.calls('102');
    await x.at(400);
    if (!call) throw new Error('no call');
    expect(x.timeline(call, NAMES)).toEqual(['S 0–120', 'M 120–240', 'L 240–300', '480 at 300']);
    expect(x.journal.all('level.started')).toHaveLength(3);
    await x.expectNothingLeft();
  });

  it('USR-42.13 the protocol has a line per level and target with its result', async () => {
    const x = virtualExchange({
      users: { anna: { extension: '101' }, boris: { extension: '102', forwarding: [s(1), m(2)] } },
      numbers: { '74951230001': [] },
      channels: { incoming: 1, outgoing: 0 },
    });
    const [anna] = await x.registered('anna', 'boris');
    await anna?.calls('102');
    await x.at(50);
    const lines = x.journal.eventsOf().flatMap(event => {
      if (event.type === 'level.started') return `level ${event.level}`;
      if (event.type === 'target.rang') return `rang ${event.number}`;
      if (event.type === 'target.skipped') return `skipped ${event.number} ${event.why}`;
      return event.type === 'target.result' ? `result ${event.number} ${event.result}` : [];
    });
    expect(lines).toEqual([
      'level 0',
      'rang 102',
      'result 102 noAnswer',
      'level 1',
      `skipped ${M} noChannel`,
    ]);
    await x.expectNothingLeft();
  });
});

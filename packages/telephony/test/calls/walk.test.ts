import { describe, expect, it } from 'vitest';
import {
  type ConfigInput,
  DEMO,
  IncomingCall,
  type Phone,
  type VirtualExchange,
  virtualExchange,
} from '../../src/testing/index.ts';
import { phonesOf } from './support.ts';

/** A call as a script: what happens at which second. What cannot happen any more – a refusal after a BYE – does nothing. */
interface Walk {
  readonly name: string;
  readonly config?: ConfigInput;
  readonly caller: 'anna' | 'pstn';
  readonly dials: string;
  readonly steps: readonly (readonly [second: number, act: (phones: Phones) => void])[];
}
type Phones = Readonly<Record<'anna' | 'boris' | 'vera' | 'pstn', Phone>>;

const MOBILE = '79160000001';
const forwarding = [
  { type: 'mobile', target: MOBILE, priority: 5, ringTime: 10 },
  { priority: 10, ringTime: 10 },
] as const;
const FORWARDED: ConfigInput = {
  ...DEMO,
  users: { ...DEMO.users, boris: { extension: '102', forwarding } },
};

/** Answers, refuses or leaves whatever call a phone has, if it has one that lets it. */
const answers = (phone: Phone) => phone.history.length > 0 && !phone.call.end && phone.answers();
const leaves = (phone: Phone) => phone.history.at(-1)?.hangsUp();
const progress = ({ history }: Phone) => {
  const call = history.at(-1);
  if (call instanceof IncomingCall && !call.end) call.progresses();
};
const picks = (phone: Phone) => void phone.calls('*8');

const WALKS: readonly Walk[] = [
  {
    name: 'user answers',
    caller: 'anna',
    dials: '102',
    steps: [
      [2, p => answers(p.boris)],
      [9, p => leaves(p.boris)],
    ],
  },
  { name: 'user does not answer', caller: 'anna', dials: '102', steps: [] },
  { name: 'user from the network', caller: 'pstn', dials: '74951230003', steps: [[2, p => answers(p.anna)]] },
  {
    name: 'group',
    caller: 'pstn',
    dials: '74951230001',
    steps: [
      [2, p => answers(p.boris)],
      [7, p => leaves(p.boris)],
    ],
  },
  {
    name: 'public network with early media',
    caller: 'anna',
    dials: '89161112233',
    steps: [
      [1, p => progress(p.pstn)],
      [3, p => answers(p.pstn)],
      [8, p => leaves(p.pstn)],
    ],
  },
  { name: 'emergency', caller: 'anna', dials: '112', steps: [[1, p => answers(p.pstn)]] },
  { name: 'forbidden number', caller: 'anna', dials: '777', steps: [] },
  { name: 'echo', caller: 'anna', dials: '999', steps: [] },
  { name: 'pickup', caller: 'pstn', dials: '74951230003', steps: [[2, p => picks(p.vera)]] },
  {
    name: 'forwarding',
    config: FORWARDED,
    caller: 'anna',
    dials: '102',
    steps: [
      [12, p => answers(p.boris)],
      [20, p => leaves(p.boris)],
    ],
  },
  {
    name: 'forwarding answered by the mobile',
    config: FORWARDED,
    caller: 'anna',
    dials: '102',
    steps: [
      [3, p => answers(p.pstn)],
      [9, p => leaves(p.pstn)],
    ],
  },
];

interface Cut {
  readonly at: number;
  readonly act: (phones: Phones) => void;
  /** It ends the call: a second later nothing may be left. */
  readonly final: boolean;
}

/** Runs a walk, cut by one more act at some moment. Every message takes a millisecond on its way. */
async function run(walk: Walk, cut?: Cut): Promise<VirtualExchange> {
  const x = virtualExchange(walk.config ?? DEMO);
  const [anna, boris, vera] = await phonesOf(x, 'anna', 'boris', 'vera');
  const phones = { anna, boris, vera, pstn: x.pstn };
  x.network.every({ delay: 1 });
  x.network.log.length = 0;
  const zero = x.clock.now();
  void phones[walk.caller].calls(walk.dials);
  const acts: Omit<Cut, 'final'>[] = walk.steps.map(([second, act]) => ({ at: second * 1000, act }));
  if (cut) acts.push(cut);
  acts.sort((a, b) => a.at - b.at);
  for (const one of acts) {
    await x.clock.advance(zero + one.at - x.clock.now());
    one.act(phones);
    if (one === cut && cut.final) {
      await x.clock.advance(1_000);
      return x;
    }
  }
  await x.clock.advance(zero + 60_000 - x.clock.now());
  for (const phone of Object.values(phones)) for (const call of phone.history) call.hangsUp();
  await x.clock.advance(1_000);
  return x;
}

/** Every moment at which something happens – a message leaves or a timer makes one leave – and the one right after. */
async function momentsOf(walk: Walk): Promise<readonly number[]> {
  const x = await run(walk);
  const zero = x.network.log[0]?.at ?? 0;
  await x.expectNothingLeft();
  const moments = new Set<number>();
  for (const { at } of x.network.log) {
    if (at - zero > 45_000) break;
    for (const moment of [at - zero, at - zero + 0.5, at - zero + 1]) moments.add(moment);
  }
  return [...moments];
}

type Cutting = (walk: Walk) => Omit<Cut, 'at'>;
const CUTS: readonly (readonly [string, Cutting])[] = [
  ['the caller hangs up', walk => ({ act: phones => leaves(phones[walk.caller]), final: true })],
  ['whoever was called hangs up', () => ({ act: phones => called(phones).forEach(leaves), final: false })],
  ['whoever was called answers', () => ({ act: phones => called(phones).forEach(answers), final: false })],
  ['a colleague picks up', () => ({ act: ({ vera }) => picks(vera), final: false })],
];

const called = (phones: Phones): readonly Phone[] =>
  Object.values(phones).filter(phone => phone.history.at(-1) instanceof IncomingCall);

describe('nothing is left of a call, whenever it is cut', () => {
  for (const walk of WALKS) {
    it.each(CUTS)(`${walk.name}: %s at every moment`, { timeout: 60_000 }, async (_title, cutting) => {
      const moments = await momentsOf(walk);
      expect(moments.length).toBeGreaterThan(3);
      for (const at of moments) {
        const x = await run(walk, { at, ...cutting(walk) });
        try {
          await x.expectNothingLeft();
        } catch (error) {
          throw new Error(`cut at ${at} ms: ${String(error)}\n${storyOf(x)}`);
        }
      }
    });
  }
});

const storyOf = (x: VirtualExchange): string =>
  x.network.log.map(({ at, from, to, line }) => `${at} ${from.address} → ${to.address} ${line}`).join('\n');

import { type ConfigInput, DEMO, IncomingCall, type Phone } from '../../src/testing/index.ts';

/** A call as a script: what happens at which second. What cannot happen any more – a refusal after a BYE – does nothing. */
export interface Walk {
  readonly name: string;
  readonly config?: ConfigInput;
  readonly caller: 'anna' | 'pstn';
  readonly dials: string;
  readonly steps: readonly (readonly [second: number, act: (phones: Phones) => void])[];
}
export type Phones = Readonly<Record<'anna' | 'boris' | 'vera' | 'pstn', Phone>>;

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
export const answers = (phone: Phone) => phone.history.length > 0 && !phone.call.end && phone.answers();
export const leaves = (phone: Phone) => phone.history.at(-1)?.hangsUp();
const progress = ({ history }: Phone) => {
  const call = history.at(-1);
  if (call instanceof IncomingCall && !call.end) call.progresses();
};
const holds = (phone: Phone, on: boolean) => void phone.history.at(-1)?.holds(on);
export const picks = (phone: Phone) => void phone.calls('*8');

export const WALKS: readonly Walk[] = [
  {
    name: 'user answers',
    caller: 'anna',
    dials: '102',
    steps: [
      [2, p => answers(p.boris)],
      [9, p => leaves(p.boris)],
    ],
  },
  {
    name: 'hold',
    caller: 'anna',
    dials: '102',
    steps: [
      [2, p => answers(p.boris)],
      [4, p => holds(p.boris, true)],
      [6, p => holds(p.anna, true)],
      [8, p => holds(p.boris, false)],
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

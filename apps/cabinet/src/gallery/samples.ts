import type { Call, JourneyStep, NumberLine } from '../api/words.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 23, 13, 59 - minute)).toISOString();

const PEOPLE = ['Анна Смирнова', 'Борис Ким', 'Вера Орлова', 'Глеб Антонов'] as const;
const KINDS = ['in_answered', 'in_missed', 'out_answered', 'group_answered', 'internal_answered'] as const;

/** Some calls of a day. */
export const CALLS: readonly Call[] = Array.from({ length: 9 }, (_, i): Call => {
  const type = KINDS[i % KINDS.length] ?? 'in_answered';
  const answered = type !== 'in_missed';
  return {
    id: String(i),
    startedAt: at(i * 6),
    answeredAt: answered ? at(i * 6) : null,
    endedAt: at(i * 6 - 1),
    durationS: answered ? 17 + i * 36 : 0,
    waitS: 6,
    type,
    direction: 'in',
    from: { number: `7916123450${i}`, name: null, kind: 'pstn' },
    to: { number: `10${1 + (i % 4)}`, name: PEOPLE[i % 4] ?? null, kind: 'user' },
    line: '74951230001',
    live: false,
    mos: 4.3,
    recordings: 0,
  };
});

export const JOURNEY: readonly JourneyStep[] = [
  { kind: 'line', label: '74951230001', from: 0, to: 0, result: null },
  { kind: 'group', label: 'Продажи', from: 0, to: 9_000, result: null },
  { kind: 'user', label: 'Анна Смирнова', from: 9_000, to: 29_000, result: 'target.noAnswer' },
  { kind: 'user', label: 'Борис Ким', from: 29_000, to: 34_000, result: null },
  { kind: 'answer', label: 'Борис Ким', from: 34_000, to: 140_000, result: null },
];

export const LINE: NumberLine = {
  id: 'n',
  digits: '74951230001',
  kind: 'main',
  class: 'city',
  state: 'active',
  filter: 'none',
  isDefaultOutgoing: true,
  usedBy: [],
  rules: [
    {
      id: '1',
      priority: 1,
      active: true,
      schedule: 'пн-пт: 10:00-19:00',
      prefixes: null,
      target: { type: 'group', id: 'g', name: 'Продажи' },
      dead: null,
      problem: null,
    },
    {
      id: '2',
      priority: 2,
      active: false,
      schedule: null,
      prefixes: ['495', '499'],
      target: { type: 'user', id: 'u', name: 'Анна Смирнова' },
      dead: null,
      problem: null,
    },
    {
      id: '3',
      priority: 3,
      active: true,
      schedule: null,
      prefixes: null,
      target: { type: 'ivr', id: 'i', name: 'Приветствие' },
      dead: null,
      problem: null,
    },
    {
      id: '4',
      priority: 4,
      active: true,
      schedule: null,
      prefixes: ['812'],
      target: { type: 'user', id: 'x', name: null },
      dead: 'covered',
      problem: null,
    },
    {
      id: '5',
      priority: 5,
      active: false,
      schedule: null,
      prefixes: null,
      target: { type: 'end', id: null, name: null },
      dead: null,
      problem: null,
    },
  ],
};

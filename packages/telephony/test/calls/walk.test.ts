import { describe, expect, it } from 'vitest';
import {
  DEMO,
  IncomingCall,
  type Phone,
  type VirtualExchange,
  virtualExchange,
} from '../../src/testing/index.ts';
import { phonesOf } from './support.ts';
import { answers, leaves, type Phones, picks, WALKS, type Walk } from './walks.ts';

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

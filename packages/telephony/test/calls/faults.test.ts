import type { Answer, Command } from '@kommutator/media';
import { seededRandom } from '@kommutator/sip/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEMO,
  engineThrough,
  type VirtualExchange,
  type VirtualOptions,
  virtualExchange,
} from '../../src/testing/index.ts';
import { dials, phonesOf } from './support.ts';
import { WALKS, type Walk } from './walks.ts';

const REFUSALS = ['no-ports', 'overload', 'unknown-endpoint', 'bad-command', 'gone'] as const;

/**
 * An engine that is late, refuses, forgets to answer, breaks, opens an endpoint behind its `close`. An endpoint it has
 * opened it does close, and it says in the end that it has opened one: otherwise only its lease can help.
 */
const faulty =
  (seed: number, share: number): NonNullable<VirtualOptions['through']> =>
  (engine, clock) => {
    const chance = seededRandom(seed);
    const delay = () => clock.sleep(1 + chance() * 3_000);
    const late = async (answer: Promise<Answer>) => {
      await delay();
      return answer;
    };
    const behind = async (command: Command) => {
      await delay();
      return engine.command(command);
    };
    const refused = (): Answer => ({
      ok: false,
      refused: REFUSALS[Math.floor(chance() * REFUSALS.length)] ?? 'gone',
    });
    const never = () => new Promise<Answer>(() => undefined);
    return engineThrough(engine, async command => {
      if (chance() > share) return engine.command(command);
      const kind = chance();
      if (command.do === 'close') {
        const closed = kind < 0.5 ? engine.command(command) : behind(command);
        return kind < 0.25 ? never() : closed;
      }
      if (kind < 0.3) return refused();
      if (kind < 0.6) return late(engine.command(command));
      if (kind < 0.7) throw new Error('the engine broke');
      if (command.do === 'open') return kind < 0.85 ? behind(command) : never();
      void engine.command(command);
      return never();
    });
  };

/** Walks a call, hangs up whatever is left, and waits until everything late has come. */
async function walk(x: VirtualExchange, { caller, dials, steps }: Walk, dies?: number): Promise<void> {
  const [anna, boris, vera] = await phonesOf(x, 'anna', 'boris', 'vera');
  const phones = { anna, boris, vera, pstn: x.pstn };
  x.network.every({ delay: 1 });
  x.begins();
  await phones[caller].calls(dials);
  const acts = [...steps];
  if (dies !== undefined) acts.push([dies, () => x.engine.die()]);
  for (const [second, act] of acts.sort(([a], [b]) => a - b)) {
    await x.at(second);
    act(phones);
  }
  await x.at(60);
  for (const phone of Object.values(phones)) for (const call of phone.history) call.hangsUp();
  await x.clock.advance(10_000);
}

/** Nothing is left, and no error but those of the fault itself is in the log. */
async function expectNothingLeftBut(x: VirtualExchange, faults: RegExp): Promise<void> {
  const errors = x.log.lines.splice(0).filter(line => line.startsWith('error'));
  expect(errors.filter(line => !faults.test(line))).toEqual([]);
  await x.expectNothingLeft();
}

describe('nothing is left of a call, whatever the media engine does', () => {
  for (const one of WALKS) {
    it(`${one.name}: late, refused, lost, never answered`, { timeout: 60_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 0, max: 2 ** 31 - 1 }),
          fc.constantFrom(0.05, 0.3, 0.8),
          fc.option(fc.integer({ min: 0, max: 20 }), { freq: 3 }),
          async (seed, share, dies) => {
            const x = virtualExchange(one.config ?? DEMO, { through: faulty(seed, share) });
            await walk(x, one, dies ?? undefined);
            await expectNothingLeftBut(x, /media engine (lost|broke)/);
          },
        ),
        { numRuns: 60 },
      );
    });
  }
});

describe('a journal or a watcher that breaks', () => {
  it.each(WALKS)('leaves nothing of a call: $name', async one => {
    const x = virtualExchange(one.config ?? DEMO);
    const broken = () => {
      throw new Error('the journal broke');
    };
    x.journal.append = broken;
    x.journal.flush = broken;
    await walk(x, one);
    await expectNothingLeftBut(x, /the journal broke/);
  });

  it('does not keep people from talking', async () => {
    const x = virtualExchange(DEMO);
    const [anna, boris] = await phonesOf(x, 'anna', 'boris');
    x.journal.append = () => {
      throw new Error('the journal broke');
    };
    await dials(x, anna, '102');
    boris.answers();
    await x.settles();
    expect(await anna.hears()).toBe('voice of 10.1.0.2:4000');
    boris.hangsUp();
    await x.settles();
    expect(anna.call.end).toMatchObject({ status: 200, byMe: false });
    await expectNothingLeftBut(x, /the journal broke/);
  });
});

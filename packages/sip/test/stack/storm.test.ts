import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dialog } from '../../src/stack.ts';
import type { Link } from '../../src/testing/index.ts';
import { call, NOTHING_LEFT, pair, SDP } from '../support/pair.ts';

/** What the two sides do, and when, ms after the INVITE. */
interface Plan {
  readonly seed: number;
  readonly link: Partial<Link>;
  readonly ringAfter: number;
  /** null: never answers. */
  readonly answerAfter: number | null;
  readonly refuse: boolean;
  readonly cancelAfter: number | null;
  readonly byeAfter: number;
  readonly byeBy: 'anna' | 'boris' | 'both';
  readonly reinviteAfter: number | null;
}

const ms = (max: number) => fc.integer({ min: 0, max });
const plans: fc.Arbitrary<Plan> = fc.record({
  seed: fc.integer(),
  link: fc.record({
    delay: ms(150),
    jitter: ms(400),
    loss: fc.constantFrom(0, 0.05, 0.2),
    duplicate: fc.constantFrom(0, 0.2),
  }),
  ringAfter: ms(1500),
  answerAfter: fc.option(ms(4000)),
  refuse: fc.boolean(),
  cancelAfter: fc.option(ms(5000)),
  byeAfter: fc.integer({ min: 6000, max: 9000 }),
  byeBy: fc.constantFrom('anna', 'boris', 'both'),
  reinviteAfter: fc.option(fc.integer({ min: 4000, max: 9000 }), { freq: 2 }),
});

/** Plays a plan to its end. Requests inside the dialog are answered 200 at once. */
async function play(plan: Plan) {
  const p = pair({ seed: plan.seed, link: plan.link });
  const { clock, anna, boris } = p;
  const out = call(anna, boris);
  for (const side of [anna, boris]) side.asked = asked => asked.respond(200, { body: SDP('answer') });
  const later = (after: number | null, run: () => void) => after !== null && clock.after(after, run);
  const atBoris = (run: () => void) => () => {
    // The INVITE may still be on its way.
    if (boris.invites.length > 0) run();
    else clock.after(500, atBoris(run));
  };
  later(
    plan.ringAfter,
    atBoris(() => boris.invites[0]?.ring(180)),
  );
  later(
    plan.answerAfter,
    atBoris(() => {
      if (plan.refuse) boris.invites[0]?.refuse(486);
      else boris.invites[0]?.answer({ body: SDP('answer') });
    }),
  );
  later(plan.cancelAfter, () => out.client.cancel());
  if (plan.answerAfter === null && plan.cancelAfter === null) later(30_000, () => out.client.cancel());
  let waiting = 0;
  const reinvite = (dialog: Dialog) => {
    waiting++;
    void dialog.reinvite(SDP('again')).then(() => waiting--);
  };
  later(plan.reinviteAfter, () => {
    if (out.dialogs[0]) reinvite(out.dialogs[0]);
    const dialog = boris.invites[0]?.dialog;
    if (dialog?.state === 'confirmed') reinvite(dialog);
  });
  later(plan.byeAfter, () => {
    if (plan.byeBy !== 'boris') out.dialogs[0]?.bye();
    const dialog = boris.invites[0]?.dialog;
    if (plan.byeBy !== 'anna' && dialog?.state === 'confirmed') dialog.bye();
  });
  await clock.advance(60_000);
  // Whoever was never told of an end, hangs up.
  for (const dialog of [...out.dialogs, ...boris.invites.map(invite => invite.dialog)]) dialog.bye();
  await p.rest();
  return { ...p, out, waiting };
}

describe('two stacks over a bad network', () => {
  it('RFC 3261 §13, §17: whatever is lost, doubled or overtaken, one outcome is told and nothing is left', async () => {
    await fc.assert(
      fc.asyncProperty(plans, async plan => {
        const { anna, boris, left, out, waiting } = await play(plan);
        expect(waiting).toBe(0);
        expect(left()).toEqual(NOTHING_LEFT);
        const outcomes = anna.told.filter(word => word.startsWith('answered') || word.startsWith('failed'));
        expect(outcomes).toHaveLength(1);
        expect(boris.invites.length).toBeLessThanOrEqual(1);
        // The caller in a conversation: so was the called side, though a BYE may have come before every ACK.
        if (out.dialogs.length > 0 && plan.byeBy === 'anna')
          expect(boris.told).toEqual(expect.arrayContaining([expect.stringMatching(/^acknowledged|^bye/)]));
        // The called side in a conversation for good: so was the caller, unless his CANCEL crossed the 200.
        if (boris.told.includes('acknowledged') && out.dialogs.length === 0) {
          expect(out.failures[0]?.why).toBe('cancelled');
          expect(boris.told).toContain('bye');
        }
      }),
      // Always the same storms: what is very unlikely shall not break somebody else's day.
      { numRuns: 300, seed: 3261 },
    );
  }, 60_000);
});

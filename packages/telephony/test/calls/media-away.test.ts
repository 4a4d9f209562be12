import { describe, expect, it } from 'vitest';
import { projectCall } from '../../src/projections/index.ts';
import {
  DEMO,
  engineThrough,
  type VirtualExchange,
  type VirtualOptions,
  virtualExchange,
} from '../../src/testing/index.ts';
import { dials, noted, phonesOf } from './support.ts';

const OVER = { by: 'system', cause: { sip: 503, q850: 42 } };

/** The latest answer of the exchange to its caller, and how the call stands in the journal. */
function expectCongestion(x: VirtualExchange): void {
  const refusal = x.network.log.findLast(({ line }) => line.includes(' 503 '));
  expect(refusal?.text).toMatch(/Retry-After: \d+/);
  expect(noted(x, 'call.ended')).toMatchObject([OVER]);
  const lines = projectCall(x.journal.records.filter(({ call }) => call === x.journal.calls.at(-1)));
  expect(lines?.call.protocol.some(({ key }) => key.startsWith('media.'))).toBe(true);
}

/** That the engine was lost is an error in the log, and nothing else is. */
async function expectOnlyTheEngineLost(x: VirtualExchange): Promise<void> {
  const errors = x.log.lines.splice(0).filter(line => line.startsWith('error'));
  expect(errors).toHaveLength(1);
  expect(errors[0]).toContain('media engine lost');
  await x.expectNothingLeft();
}

describe('DESIGN §5 a lost media engine degrades one thing', () => {
  it.each([
    ['a user', '102'],
    ['a group', '500'],
    ['the public network', '89161112233'],
    ['an emergency', '112'],
    ['the echo test', '999'],
    ['nobody', '777'],
  ])(
    'a call to %s (%s) gets 503 with Retry-After at once, and its protocol says why',
    async (_who, number) => {
      const x = virtualExchange(DEMO);
      const [anna, boris] = await phonesOf(x, 'anna', 'boris');
      x.engine.die();
      const call = await dials(x, anna, number);
      expect(call.end?.status).toBe(503);
      expect([boris.history, x.pstn.history]).toEqual([[], []]);
      expectCongestion(x);
      await expectOnlyTheEngineLost(x);
    },
  );

  it('the same from the public network, with an own number and with none to show', async () => {
    const x = virtualExchange(DEMO);
    await phonesOf(x, 'anna');
    x.engine.die();
    for (const number of ['74951230001', '74951230003']) {
      const call = await dials(x, x.pstn, number);
      expect(call.end?.status).toBe(503);
      expectCongestion(x);
    }
    await expectOnlyTheEngineLost(x);
  });

  it('a call that rings is refused with 503, and what rings is cancelled: nobody «did not answer»', async () => {
    const x = virtualExchange(DEMO);
    const [, boris] = await phonesOf(x, 'anna', 'boris');
    const call = await dials(x, x.pstn, '74951230001');
    expect(call.ringing).toBe(180);
    x.engine.die();
    await x.settles();
    expect([call.end?.status, boris.call.end?.status]).toEqual([503, 487]);
    expect(noted(x, 'target.result').map(({ result }) => result)).not.toContain('noAnswer');
    expectCongestion(x);
    await expectOnlyTheEngineLost(x);
  });

  it('a talk is ended by the system, and its protocol names the loss', async () => {
    const x = virtualExchange(DEMO);
    const [anna, boris] = await phonesOf(x, 'anna', 'boris');
    await dials(x, anna, '102');
    boris.answers();
    await x.settles();
    x.engine.die();
    await x.settles();
    expect([anna.call.talking, boris.call.talking]).toEqual([false, false]);
    expect(noted(x, 'call.ended')).toMatchObject([{ by: 'system', cause: { sip: 500, q850: 31 } }]);
    expect(noted(x, 'media.failed').map(({ why }) => why)).toEqual(['lost', 'lost']);
    await expectOnlyTheEngineLost(x);
  });
});

/** An engine that opens endpoints only when it may. */
function moody() {
  const mood: { opens: 'yes' | 'refuses' | 'silent' } = { opens: 'yes' };
  const through: VirtualOptions['through'] = engine =>
    engineThrough(engine, async command => {
      if (command.do !== 'open' || mood.opens === 'yes') return engine.command(command);
      return mood.opens === 'silent' ? new Promise(() => undefined) : { ok: false, refused: 'no-ports' };
    });
  return { mood, through };
}

describe('an engine without room', () => {
  it('refuses new calls with 503 as long as it lasts; the call after that goes through', async () => {
    const { mood, through } = moody();
    const x = virtualExchange(DEMO, { through });
    const [anna, boris] = await phonesOf(x, 'anna', 'boris');
    mood.opens = 'refuses';
    const refused = await dials(x, anna, '102');
    expect(refused.end?.status).toBe(503);
    expectCongestion(x);
    expect(noted(x, 'media.failed').map(({ why }) => why)).toEqual(['refused']);
    mood.opens = 'yes';
    const call = await dials(x, anna, '102');
    boris.answers();
    await x.settles();
    expect(call.talking).toBe(true);
    call.hangsUp();
    await x.expectNothingLeft();
  });

  it('that does not answer counts as full after two seconds', async () => {
    const { mood, through } = moody();
    const x = virtualExchange(DEMO, { through });
    const [anna, boris] = await phonesOf(x, 'anna', 'boris');
    mood.opens = 'silent';
    const call = await dials(x, anna, '102');
    await x.clock.advance(1_999);
    expect(call.end).toBeNull();
    await x.clock.advance(1);
    expect([call.end?.status, boris.history.length]).toEqual([503, 0]);
    expectCongestion(x);
    await x.expectNothingLeft();
  });

  it('only for the second level: the phone of the first one really did not answer', async () => {
    const { mood, through } = moody();
    const forwarding = [
      { priority: 1, ringTime: 10 },
      { type: 'mobile', target: '79160000001', priority: 2, ringTime: 10 },
    ] as const;
    const x = virtualExchange(
      { ...DEMO, users: { ...DEMO.users, boris: { extension: '102', forwarding } } },
      { through },
    );
    const [anna] = await phonesOf(x, 'anna', 'boris');
    const call = await dials(x, anna, '102');
    mood.opens = 'refuses';
    await x.clock.advance(10_000);
    expect(call.end?.status).toBe(480);
    expect(noted(x, 'call.ended')).toMatchObject([{ by: 'system', cause: { sip: 480, q850: 19 } }]);
    await x.expectNothingLeft();
  });
});

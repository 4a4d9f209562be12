import { describe, expect, it } from 'vitest';
import { createStack } from '../../src/create-stack.ts';
import type { DialogState } from '../../src/dialog/dialog-state.ts';
import type { Dialog } from '../../src/stack.ts';
import { seededRandom } from '../../src/testing/index.ts';
import { call, one, pair, SDP, type Side, watch } from '../support/pair.ts';

/**
 * A conversation of anna and boris, one of whose processes dies: its stack is deaf and dumb from then on, another one with
 * the same address goes on with what was kept of the dialog, as JSON.
 */
async function survivor(who: 'anna' | 'boris', o: { supported?: string[] } = {}) {
  const p = pair(o);
  const out = call(p.anna, p.boris);
  await p.clock.advance(100);
  one(p.boris.invites).answer({ body: SDP('answer') });
  await p.clock.advance(100);
  const dialogs = { anna: one(out.dialogs), boris: one(p.boris.invites).dialog };
  const state = JSON.parse(JSON.stringify(dialogs[who].keep())) as DialogState;
  const dead = p[who];
  await dead.stack.close();
  const transport = p.net.transport(dead.peer);
  const stack = createStack({
    transport,
    clock: p.clock,
    random: seededRandom(77),
    userAgent: 'second life',
    supported: o.supported ?? [],
  });
  const reborn: Side = { ...dead, stack, told: [], requests: [] };
  reborn.asked = transaction => reborn.requests.push(transaction);
  stack.events = { request: reborn.asked, invite: () => {} };
  const dialog = stack.restore(state);
  watch(reborn, dialog);
  const [other, theirs]: [Side, Dialog] = who === 'anna' ? [p.boris, dialogs.boris] : [p.anna, dialogs.anna];
  other.told.length = 0;
  return { ...p, state, reborn, dialog, other, theirs };
}

describe.each(['anna', 'boris'] as const)('RFC 3261 §12 a dialog restored by another process, of %s', who => {
  it('its state is plain data of less than 1 kB', async () => {
    const { state } = await survivor(who);
    expect(JSON.stringify(state).length).toBeLessThan(1_000);
  });

  it('takes the BYE of the other side', async () => {
    const { clock, reborn, theirs } = await survivor(who);
    theirs.bye();
    await clock.advance(1_000);
    expect(reborn.told).toEqual(['bye']);
    expect(reborn.stack.counters().dialogs).toBe(0);
  });

  it('ends with a BYE the other side takes: the CSeq is higher than any before', async () => {
    const { clock, dialog, other } = await survivor(who);
    dialog.bye();
    await clock.advance(1_000);
    expect(other.told).toEqual(['bye']);
  });

  it('takes a re-INVITE and sends one', async () => {
    const { clock, reborn, dialog, other, theirs } = await survivor(who);
    const asked = theirs.reinvite(SDP('hold'));
    await clock.advance(100);
    one(reborn.requests).respond(200, { body: SDP('held') });
    await clock.advance(1_000);
    expect((await asked).status).toBe(200);
    const asking = dialog.reinvite(SDP('unhold'));
    await clock.advance(100);
    other.requests.at(-1)?.respond(200, { body: SDP('fine') });
    await clock.advance(1_000);
    expect((await asking).status).toBe(200);
  });

  it('RFC 4028: the session timer goes on; without the other side the session ends', async () => {
    const { clock, net, reborn, other } = await survivor(who, { supported: ['timer'] });
    other.asked = transaction => transaction.respond(200);
    reborn.asked = transaction => transaction.respond(200);
    await clock.advance(3_600_000);
    expect(reborn.told).toEqual([]);
    net.every({ loss: 1 });
    await clock.advance(3_600_000);
    expect(reborn.told).toEqual([expect.stringMatching(/^lost/)]);
  });
});

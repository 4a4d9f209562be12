import { describe, expect, it } from 'vitest';
import type { DialogEvents } from '../../src/stack.ts';
import { call, one, pair, SDP, textOf, watch } from '../support/pair.ts';

const CHALLENGE = { headers: [['Proxy-Authenticate', 'Digest realm="b", nonce="n"']] } as const;

/** Anna talks to boris, who will challenge her; what she answers is her `challenged`. */
async function talk(challenged?: NonNullable<DialogEvents['challenged']>) {
  const p = pair();
  const out = call(p.anna, p.boris);
  await p.clock.settle();
  const invite = one(p.boris.invites);
  invite.answer({ body: SDP('answer') });
  await p.clock.settle();
  const dialog = one(out.dialogs);
  if (challenged) dialog.events = { ...dialog.events, challenged };
  watch(p.boris, invite.dialog);
  invite.dialog.events = { ...invite.dialog.events, bye: transaction => p.boris.requests.push(transaction) };
  return { ...p, dialog };
}

const answer: NonNullable<DialogEvents['challenged']> = (_, { method, uri }) => [
  'Proxy-Authorization',
  `Digest for ${method} ${uri}`,
];
const proof = (request: { headers: { get(name: string): string | undefined } } | undefined) =>
  request?.headers.get('proxy-authorization');

describe('RFC 3261 §22.2, §22.3: challenges inside a dialog', () => {
  it.each(['INFO', 'UPDATE', 'MESSAGE'])('%s is sent once more with what its owner answers', async method => {
    const { clock, boris, dialog } = await talk(answer);
    const response = dialog.request(method, { body: SDP('again') });
    await clock.settle();
    boris.requests[0]?.respond(407, CHALLENGE);
    await clock.settle();
    const [first, second] = boris.requests.map(({ request }) => request);
    expect([proof(first), proof(second)]).toEqual([undefined, `Digest for ${method} ${second?.uri}`]);
    expect(textOf(second?.body ?? new Uint8Array())).toBe('again');
    const numbers = [first, second].map(request => Number(request?.headers.get('cseq')?.split(' ')[0]));
    expect((numbers[1] ?? 0) - (numbers[0] ?? 0)).toBe(1);
    boris.requests[1]?.respond(200);
    await clock.settle();
    expect((await response).status).toBe(200);
  });

  it('a re-INVITE too, with the same offer; the one behind it waits', async () => {
    const { clock, boris, dialog } = await talk(answer);
    const both = [dialog.reinvite(SDP('one')), dialog.reinvite(SDP('two'))];
    await clock.settle();
    boris.requests[0]?.respond(401, { headers: [['WWW-Authenticate', 'Digest realm="b", nonce="n"']] });
    await clock.settle();
    expect(boris.requests).toHaveLength(2);
    expect(proof(boris.requests[1]?.request)).toMatch(/^Digest for INVITE/);
    boris.requests[1]?.respond(200, { body: SDP('answer') });
    await clock.settle();
    boris.requests[2]?.respond(200, { body: SDP('answer') });
    await clock.settle();
    expect((await Promise.all(both)).map(({ status }) => status)).toEqual([200, 200]);
    expect(boris.requests.map(({ request }) => textOf(request.body))).toEqual(['one', 'one', 'two']);
    // The challenge of one request is not answered in the next.
    expect(proof(boris.requests[2]?.request)).toBeUndefined();
  });

  it('a BYE too, though its dialog is over for its owner; nothing stays', async () => {
    const p = await talk(answer);
    p.dialog.bye([['Reason', 'Q.850;cause=16']]);
    await p.clock.settle();
    p.boris.requests[0]?.respond(407, CHALLENGE);
    await p.clock.settle();
    const again = p.boris.requests[1]?.request;
    // Boris's side ended with the first BYE: the second is answered for him.
    expect(again).toBeUndefined();
    expect(p.net.lines(({ line }) => line.startsWith('BYE'))).toHaveLength(2);
    const second = p.net.log.findLast(({ line }) => line.startsWith('BYE'));
    expect(second?.text).toMatch(/\r\nProxy-Authorization: Digest for BYE /);
    expect(second?.text).toContain('Reason: Q.850;cause=16');
    await p.rest();
    expect(p.left()).toMatchObject({ transactions: 0, dialogs: 0 });
  });

  it('once: the second challenge is the answer', async () => {
    const { clock, boris, dialog } = await talk(answer);
    const response = dialog.request('INFO');
    const invite = dialog.reinvite(SDP('one'));
    for (let n = 0; n < 4; n++) {
      await clock.settle();
      for (const transaction of boris.requests.splice(0)) transaction.respond(407, CHALLENGE);
    }
    expect([(await response).status, (await invite).status, dialog.state]).toEqual([407, 407, 'confirmed']);
  });

  it.each([
    ['who has no answer', undefined],
    ['who gives none', () => null],
  ] as const)('%s is told the challenge', async (_, challenged) => {
    const { clock, boris, dialog } = await talk(challenged);
    const response = dialog.request('INFO');
    await clock.settle();
    one(boris.requests).respond(407, CHALLENGE);
    await clock.settle();
    expect([(await response).status, boris.requests.length]).toEqual([407, 1]);
  });
});

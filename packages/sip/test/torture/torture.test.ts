import { describe, expect, it } from 'vitest';
import { parseMessage } from '../../src/message/parse.ts';
import { bench, STACK } from '../support/wire.ts';
import { INVALID } from './invalid.ts';
import { IPV6 } from './ipv6.ts';
import type { Torture } from './parts.ts';
import { SEMANTICS } from './semantics.ts';
import { VALID } from './valid.ts';

/** By the RFC they stand in, as they are told in the names of the tests. */
const OF_4475 = [...VALID, ...INVALID, ...SEMANTICS].map(torture => ({ rfc: 4475, ...torture }));
const OF_5118 = IPV6.map(torture => ({ rfc: 5118, ...torture }));
const TORTURES: readonly (Torture & { readonly rfc: number })[] = [...OF_4475, ...OF_5118];

/** A stack, and a far end that may send anything and does not read the answers: those to a broken request are as broken. */
function facing() {
  const b = bench();
  const line = b.net.transport({ address: '192.0.2.77', port: 5060 });
  return { ...b, send: (bytes: Uint8Array) => line.send(bytes, b.side.peer) };
}

/** What a stack does with these bytes: the statuses it answers, and what its user is handed. */
async function fate(text: string | Buffer) {
  const b = facing();
  const answers = () =>
    b.net.log
      .filter(({ from }) => from.address === STACK)
      .map(({ line }) => Number(line.split(' ')[1]))
      .filter(status => status > 100);
  b.send(Buffer.from(text));
  await b.clock.settle();
  const asked = b.side.requests.length;
  const invited = b.side.invites.length;
  const answered = answers();
  for (const request of b.side.requests) request.respond(200);
  for (const invite of b.side.invites) invite.refuse(486);
  await b.clock.advance(120_000);
  const { transactions, tombstones, dialogs } = b.stack.counters();
  return { asked, invited, answered, left: transactions + tombstones + dialogs + b.clock.pending };
}

const EXPECTED: Readonly<Record<string, { asked: number; invited: number; answered: readonly number[] }>> = {
  invite: { asked: 0, invited: 1, answered: [] },
  request: { asked: 1, invited: 0, answered: [] },
  response: { asked: 0, invited: 0, answered: [] },
  dropped: { asked: 0, invited: 0, answered: [] },
};

describe('RFC 4475, RFC 5118: the torture messages, as a whole stack receives them', () => {
  it('RFC 4475 has 49 of them, RFC 5118 twelve, each once', () => {
    expect(new Set(OF_4475.map(({ name }) => name)).size).toBe(49);
    expect(new Set(OF_4475.map(({ section }) => section)).size).toBe(49);
    expect(new Set(OF_5118.map(({ name }) => name)).size).toBe(12);
    expect(new Set(OF_5118.map(({ section }) => section)).size).toBe(10);
  });

  it.each(TORTURES)('RFC $rfc §$section $name: $outcome', async ({ text, outcome }) => {
    const { left, ...found } = await fate(text);
    const status = typeof outcome === 'number' ? outcome : null;
    expect(found).toEqual(status === null ? EXPECTED[outcome] : { asked: 0, invited: 0, answered: [status] });
    expect(left).toBe(0);
  });

  it.each(TORTURES)('RFC $rfc §$section $name: the parser agrees', ({ text, outcome }) => {
    const parsed = parseMessage(Buffer.from(text));
    const refused = outcome === 400 || outcome === 505 || outcome === 'dropped';
    expect(parsed.ok).toBe(!refused);
    if (parsed.ok) expect(parsed.value.kind).toBe(outcome === 'response' ? 'response' : 'request');
  });

  it.each(TORTURES)('RFC $rfc §$section $name: cut off at any byte, it harms nobody', async ({ text }) => {
    const bytes = Buffer.from(text);
    const b = facing();
    for (let length = 0; length < bytes.length; length += 1 + (bytes.length >> 7))
      b.send(bytes.subarray(0, length));
    await b.clock.settle();
    for (const request of b.side.requests) request.respond(200);
    for (const invite of b.side.invites) invite.refuse(486);
    await b.clock.advance(120_000);
    expect(b.stack.counters()).toEqual({ transactions: 0, tombstones: 0, dialogs: 0 });
  });
});

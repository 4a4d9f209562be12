import type { ServerTransaction } from '@kommutator/sip';
import { describe, expect, test } from 'vitest';
import { trunkOf } from '../../src/testing/memory-ports.ts';
import { EXCHANGE, NOTHING, PASSWORD, Rig } from './support.ts';

const GATE = '10.9.0.1';
const destination = { host: GATE, port: 5060, protocol: 'udp' } as const;
const trunk = trunkOf('carrier', { destinations: [destination] });
const registering = trunkOf('account', {
  destinations: [destination],
  registration: {
    aor: 'sip:acc@carrier.example',
    username: 'acc',
    realm: null,
    secret: PASSWORD,
    expires: 600,
  },
});

/** A carrier that answers requests as the test wants; OPTIONS always 200. */
function carrier(rig: Rig, register: (transaction: ServerTransaction) => void = t => t.respond(200)) {
  const seen: { readonly at: number; readonly request: ServerTransaction['request'] }[] = [];
  rig.stack(GATE).events = {
    request: transaction => {
      if (transaction.request.method !== 'REGISTER') {
        transaction.respond(200);
        return;
      }
      seen.push({ at: rig.clock.now(), request: transaction.request });
      register(transaction);
    },
    invite: invite => invite.refuse(503),
  };
  return seen;
}

describe('whether a trunk answers', () => {
  test('it is up until two pings in a row fail, and up again after two that succeed', async () => {
    const rig = new Rig({ trunks: [trunk] });
    carrier(rig);
    await rig.clock.advance(60_000);
    expect(rig.network.lines(message => message.line.startsWith('OPTIONS'))).toHaveLength(3);
    rig.network.link(EXCHANGE.address, GATE, { loss: 1 });
    await rig.clock.advance(30_000 + 33_000);
    expect(rig.lines.trunkUp(trunk, 0)).toBe(true);
    await rig.clock.advance(5_000 + 33_000);
    expect(rig.lines.trunkUp(trunk, 0)).toBe(false);
    expect(rig.log.lines.filter(line => line.includes('"alarm":true'))).toHaveLength(1);
    rig.network.link(EXCHANGE.address, GATE, { loss: 0 });
    await rig.clock.advance(40_000);
    expect(rig.lines.trunkUp(trunk, 0)).toBe(true);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('a trunk that is changed is looked at anew, one that is removed no more', async () => {
    const rig = new Rig({ trunks: [trunk] });
    carrier(rig);
    await rig.clock.settle();
    rig.directory.setTrunks([]);
    rig.lines.reload();
    const pings = () => rig.network.lines(message => message.line.startsWith('OPTIONS')).length;
    const before = pings();
    await rig.clock.advance(120_000);
    expect(pings()).toBe(before);
    rig.directory.setTrunks([trunk]);
    await rig.clock.advance(30_000);
    expect(pings()).toBe(before + 1);
    expect(await rig.left()).toEqual(NOTHING);
  });
});

describe('RFC 3261 §10.2 registering with a carrier', () => {
  const challenge = {
    headers: [['WWW-Authenticate', 'Digest realm="carrier", nonce="n1", qop="auth"']] as const,
  };

  test('it answers the challenge, refreshes at 50–90 % of the time granted, and takes itself back at the end', async () => {
    const rig = new Rig({ trunks: [registering] });
    const seen = carrier(rig, transaction => {
      const contact = transaction.request.headers.get('Contact') ?? '';
      if (!transaction.request.headers.has('Authorization')) transaction.respond(401, challenge);
      else transaction.respond(200, { headers: [['Contact', `${contact};expires=100`]] });
    });
    expect(rig.lines.trunkUp(registering, 0)).toBe(false);
    await rig.clock.settle();
    expect(rig.lines.trunkUp(registering, 0)).toBe(true);
    expect(seen.map(({ request }) => request.headers.get('CSeq'))).toEqual(['1 REGISTER', '2 REGISTER']);
    await rig.clock.advance(49_000);
    expect(seen).toHaveLength(2);
    await rig.clock.advance(42_000);
    expect(seen).toHaveLength(4);
    expect(await rig.left()).toEqual(NOTHING);
    expect(seen.at(-1)?.request.headers.get('Expires')).toBe('0');
  });

  test('423 is followed once, with the interval asked for', async () => {
    const rig = new Rig({ trunks: [registering] });
    const seen = carrier(rig, transaction => {
      const brief = Number(transaction.request.headers.get('Expires')) < 1800;
      if (brief) transaction.respond(423, { headers: [['Min-Expires', '1800']] });
      else transaction.respond(200);
    });
    await rig.clock.settle();
    expect(seen.map(({ request }) => request.headers.get('Expires'))).toEqual(['600', '1800']);
    expect(rig.lines.trunkUp(registering, 0)).toBe(true);
    await rig.left();
  });

  test('RFC 5626 §4.5 after a failure it waits longer each time', async () => {
    const rig = new Rig({ trunks: [registering] });
    const seen = carrier(rig, transaction => transaction.respond(403));
    await rig.clock.advance(600_000);
    const pauses = seen.slice(1).map(({ at }, i) => at - (seen[i]?.at ?? 0));
    expect(pauses.length).toBeGreaterThan(2);
    pauses.forEach((pause, i) => {
      expect(pause).toBeGreaterThanOrEqual(30_000 * 2 ** i * 0.75);
      expect(pause).toBeLessThanOrEqual(30_000 * 2 ** i * 1.25);
    });
    expect(await rig.left()).toEqual(NOTHING);
  });
});

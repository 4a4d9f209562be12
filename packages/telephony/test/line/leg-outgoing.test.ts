import { CAUSES } from '@kommutator/model/cause';
import type { InviteServer, SipRequest, SipStack } from '@kommutator/sip';
import { beforeEach, describe, expect, test } from 'vitest';
import { trunkOf } from '../../src/testing/memory-ports.ts';
import { DOMAIN, EXCHANGE, NOTHING, PASSWORD, Registration, Rig } from './support.ts';

const ANNA = '10.0.0.5';
const GATE = '10.9.0.1';
const BACKUP = '10.9.0.2';
const at = (host: string) => ({ host, port: 5060, protocol: 'udp' }) as const;
const trunk = trunkOf('carrier', { trusts: [GATE], destinations: [at(GATE), at(BACKUP)] });
const own = { kind: 'pstn', number: '74951230001', name: '' } as const;
const sdp = (port: number, address = GATE) => ({
  type: 'application/sdp',
  bytes: new TextEncoder().encode(
    `v=0\r\no=- ${port} 1 IN IP4 ${address}\r\ns=-\r\nc=IN IP4 ${address}\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0 8\r\n`,
  ),
});
let rig: Rig;

beforeEach(() => {
  rig = new Rig();
});

const toTrunk = (o = {}, destination = 0) =>
  rig.invite({ kind: 'trunk', trunk, destination, number: '79151112233' }, { from: own, ...o });

/** A carrier by hand: keeps what comes, answers OPTIONS. */
function gate(address = GATE): {
  readonly stack: SipStack;
  readonly invites: InviteServer[];
  readonly last: () => InviteServer;
} {
  const stack = rig.stack(address, 5060, Number(address.split('.')[3]) + 900);
  const invites: InviteServer[] = [];
  stack.events = { request: transaction => transaction.respond(200), invite: invite => invites.push(invite) };
  const last = () => {
    const invite = invites.at(-1);
    if (!invite) throw new Error('no INVITE');
    return invite;
  };
  return { stack, invites, last };
}

const sentInvites = () =>
  rig.network.log.filter(
    message => message.line.startsWith('INVITE') && message.from.address === EXCHANGE.address,
  );
const header = (request: SipRequest, name: string) => request.headers.get(name);

describe('to a registered phone', () => {
  test('ACC-15.1 it rings with the caller’s name, answers, talks, and hangs up', async () => {
    const anna = rig.phone('anna', ANNA);
    expect(await rig.settles(anna.registers())).toBe(200);
    const out = rig.inviteAnna();
    let alerted = false;
    void out.alerting.then(() => {
      alerted = true;
    });
    const ringing = await rig.settles(anna.rings());
    expect(header(ringing.invite, 'From')).toMatch(/^"Борис" <sip:102@demo.kommutator.test>;tag=/);
    expect(header(ringing.invite, 'P-Asserted-Identity')).toBe('"Борис" <sip:102@demo.kommutator.test>');
    expect(ringing.callId).toBe(out.leg.id);
    await rig.clock.settle();
    expect(alerted).toBe(true);
    anna.answers();
    expect(await rig.settles(out.result)).toEqual({ kind: 'answered' });
    await out.leg.answer();
    out.leg.hearLeg(out.leg);
    expect(await anna.hears()).toBe('echo');
    anna.hangsUp();
    await rig.clock.settle();
    expect(await out.leg.ended).toEqual(CAUSES.normal);
    expect(rig.call.story).toEqual(['leg.ringing', 'leg.answered', 'leg.quality', 'leg.ended']);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('USR-42.5 it is cancelled because another answered: CANCEL says so', async () => {
    const anna = rig.phone('anna', ANNA);
    await rig.settles(anna.registers());
    const out = rig.inviteAnna();
    await rig.settles(anna.rings());
    out.leg.hangup(CAUSES.elsewhere);
    await rig.clock.settle();
    expect(anna.call.end?.reasons).toEqual(['SIP;cause=200;text="Call completed elsewhere"']);
    expect(await out.result).toMatchObject({ kind: 'failed', why: 'cancelled' });
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('RFC 3261 §9.1 a 200 that crosses the CANCEL is acknowledged and ended, the leg stays over', async () => {
    const anna = rig.phone('anna', ANNA);
    await rig.settles(anna.registers());
    const out = rig.inviteAnna();
    await rig.settles(anna.rings());
    anna.answers();
    out.leg.hangup(CAUSES.cancelled);
    await rig.clock.settle();
    expect(out.leg.answered).toBe(false);
    expect(anna.call.end).not.toBeNull();
    expect(rig.call.story).toEqual(['leg.ringing', 'leg.ended']);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('USR-42.6 its refusal is a cause, its 302 a list of contacts', async () => {
    const anna = rig.phone('anna', ANNA);
    await rig.settles(anna.registers());
    const busy = rig.inviteAnna();
    await rig.settles(anna.rings());
    anna.refuses(486);
    expect(await rig.settles(busy.result)).toMatchObject({ kind: 'refused', cause: { sip: 486, q850: 17 } });
    const moved = rig.inviteAnna();
    await rig.settles(anna.rings());
    anna.refuses(302, [['Contact', '<sip:89151112233@10.0.0.1>']]);
    expect(await rig.settles(moved.result)).toMatchObject({ redirectedTo: ['<sip:89151112233@10.0.0.1>'] });
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('GRP-31.4 a phone that is gone fails after four seconds without a word', async () => {
    const anna = rig.phone('anna', ANNA);
    await rig.settles(anna.registers());
    rig.network.link(EXCHANGE.address, ANNA, { loss: 1 });
    const out = rig.inviteAnna();
    await rig.clock.advance(3_999);
    expect(out.leg.endCause).toBeNull();
    await rig.clock.advance(1);
    expect(await out.result).toMatchObject({ kind: 'failed', why: 'timeout' });
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('a phone behind NAT is called where its REGISTER came from, through Path where there is one', async () => {
    const { stack, invites } = gate('198.51.100.7');
    const path = '<sip:edge.example;lr>';
    const register = new Registration(stack, {
      headers: [
        ['Contact', '<sip:anna@192.168.1.5:6000>'],
        ['Path', path],
      ],
    });
    await rig.settles(register.send());
    const out = rig.inviteAnna();
    await rig.clock.settle();
    expect(sentInvites()[0]).toMatchObject({ to: { address: '198.51.100.7', port: 5060 } });
    expect(invites[0]?.request.uri).toBe('sip:anna@192.168.1.5:6000');
    expect(header(invites[0]?.request as SipRequest, 'Route')).toBe(path);
    out.leg.hangup(CAUSES.cancelled);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('DESIGN §2 a phone outside is told our public address, one inside the engine’s own', async () => {
    rig = new Rig({ publicAddress: '203.0.113.80' });
    for (const address of ['198.51.100.7', '192.168.1.7']) {
      const { stack } = gate(address);
      const headers = [['Contact', `<sip:anna@${address}>`]] as const;
      await rig.settles(new Registration(stack, { headers, callId: address }).send());
    }
    const outs = [rig.inviteAnna({}, 0), rig.inviteAnna({}, 1)];
    await rig.clock.settle();
    const places = sentInvites().map(({ to, text }) => [to.address, /c=IN IP4 (\S+)/.exec(text)?.[1]]);
    expect(places.sort()).toEqual([
      ['192.168.1.7', '192.0.2.1'],
      ['198.51.100.7', '203.0.113.80'],
    ]);
    for (const out of outs) out.leg.hangup(CAUSES.cancelled);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('the caller’s codecs come first in the offer, and his hops are counted down', async () => {
    rig = new Rig({ trunks: [{ ...trunk, destinations: [] }] });
    const { stack } = gate();
    const init = {
      method: 'INVITE',
      uri: 'sip:74951230001@10.0.0.1',
      from: '<sip:1@c>',
      to: '<sip:2@c>',
      maxForwards: 9,
    };
    const events = { provisional: () => undefined, answered: () => undefined, failed: () => undefined };
    stack.invite({ ...init, body: sdp(4000) }, EXCHANGE, events);
    const anna = rig.phone('anna', ANNA);
    await rig.settles(anna.registers());
    const caller = rig.arrival.leg;
    const out = rig.inviteAnna({ caller });
    const ringing = await rig.settles(anna.rings());
    expect(new TextDecoder().decode(ringing.invite.body)).toMatch(/m=audio \d+ RTP\/AVP 0 8 101/);
    expect(header(ringing.invite, 'Max-Forwards')).toBe('8');
    out.leg.hangup(CAUSES.cancelled);
    caller.hangup(CAUSES.busy);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('a phone that answers without a codec of ours is let go', async () => {
    const { stack, last } = gate(ANNA);
    await rig.settles(new Registration(stack, { headers: [['Contact', `<sip:anna@${ANNA}>`]] }).send());
    const out = rig.inviteAnna();
    await rig.clock.settle();
    const text =
      'v=0\r\no=- 1 1 IN IP4 10.0.0.5\r\ns=-\r\nc=IN IP4 10.0.0.5\r\nt=0 0\r\nm=audio 4000 RTP/AVP 9\r\n';
    last().answer({ body: { type: 'application/sdp', bytes: new TextEncoder().encode(text) } });
    expect(await rig.settles(out.result)).toMatchObject({
      kind: 'failed',
      why: 'media',
      cause: { sip: 488 },
    });
    expect(rig.network.lines().some(line => line.startsWith('BYE'))).toBe(true);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('a stack that breaks ends the leg, and nothing of it is left', async () => {
    const anna = rig.phone('anna', ANNA);
    await rig.settles(anna.registers());
    rig.sip.invite = () => {
      throw new Error('the stack broke');
    };
    const out = rig.inviteAnna();
    expect(await rig.settles(out.result)).toMatchObject({ kind: 'failed', cause: CAUSES.systemEnd });
    expect(rig.log.lines.join()).toContain('the stack broke');
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('RFC 5626 a contact whose connection does not carry the INVITE fails at once and is forgotten', async () => {
    rig = new Rig({ protocol: 'tcp' });
    const { stack } = gate(ANNA);
    const headers = [['Contact', `<sip:anna@${ANNA};transport=tcp>`]] as const;
    const register = new Registration(stack, { headers, exchange: { ...EXCHANGE, protocol: 'tcp' } });
    await rig.settles(register.send());
    rig.network.every({ down: true });
    const out = rig.inviteAnna();
    expect(await rig.settles(out.result)).toMatchObject({ kind: 'failed', why: 'transport' });
    expect(rig.lines.contacts(DOMAIN, 'anna')).toEqual([]);
    expect(rig.registrations.load()).toEqual([]);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('a contact that has gone meanwhile is unreachable', async () => {
    const anna = rig.phone('anna', ANNA);
    await rig.settles(anna.registers());
    const [contact] = rig.lines.contacts(DOMAIN, 'anna');
    if (!contact) throw new Error('not registered');
    await rig.settles(anna.unregisters());
    const out = rig.invite({ kind: 'contact', contact, user: rig.user('anna') });
    expect(await rig.settles(out.result)).toMatchObject({ kind: 'refused', cause: CAUSES.unreachable });
    expect(rig.call.story).toEqual(['leg.ended']);
    expect(await rig.left()).toEqual(NOTHING);
  });
});

describe('to a trunk', () => {
  test('ACC-15.2, USR-44.1 the company number, Diversion, History-Info; the trunk’s calls are counted', async () => {
    const { last } = gate();
    const out = toTrunk({ divertedBy: { user: rig.user('anna'), number: '74951230002' }, hops: 1 });
    await rig.clock.settle();
    const { request } = last();
    expect(request.uri).toBe('sip:79151112233@10.9.0.1:5060;user=phone');
    expect(header(request, 'From')).toContain('<sip:74951230001@10.0.0.1>');
    expect(header(request, 'Diversion')).toBe('<sip:74951230002@10.0.0.1>;reason=unconditional;counter=1');
    expect(rig.lines.trunkCalls(trunk)).toBe(1);
    out.leg.hangup(CAUSES.cancelled);
    expect(rig.lines.trunkCalls(trunk)).toBe(0);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('DESIGN §2 a number that is not the domain’s own never leaves', async () => {
    const { invites } = gate();
    const out = toTrunk({ from: { kind: 'pstn', number: '79999999999', name: '' } });
    expect(await rig.settles(out.result)).toMatchObject({ kind: 'refused', cause: CAUSES.forbidden });
    expect(invites).toEqual([]);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('GRP-31.4 a silent destination fails in 4 s, so that the next is tried; 100 is no silence', async () => {
    gate(BACKUP);
    const out = toTrunk();
    await rig.clock.advance(4_000);
    expect(await out.result).toMatchObject({ kind: 'failed', why: 'timeout', cause: { sip: 408 } });
    const next = toTrunk({}, 1);
    await rig.clock.advance(30_000);
    expect(next.leg.endCause).toBeNull();
    next.leg.hangup(CAUSES.noAnswer);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('RFC 3960 early media is announced once; of several early dialogs the latest is heard, the 200 decides', async () => {
    const { last } = gate();
    let announced = 0;
    const out = toTrunk();
    out.onEarlyMedia = () => {
      announced++;
    };
    await rig.clock.settle();
    last().ring(183, { body: sdp(4000) });
    await rig.clock.settle();
    out.leg.hear('busy');
    expect(rig.engine.hears('10.9.0.1:4000')).toBe('tone:busy');
    last().ring(183, { body: sdp(4002) });
    await rig.clock.settle();
    expect([announced, rig.engine.hears('10.9.0.1:4002')]).toEqual([1, 'tone:busy']);
    last().answer({ body: sdp(4004) });
    expect(await rig.settles(out.result)).toEqual({ kind: 'answered' });
    expect(rig.engine.hears('10.9.0.1:4004')).toBe('tone:busy');
    expect(rig.call.story).toEqual(['leg.ringing', 'leg.answered']);
    out.leg.hangup(CAUSES.normal);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('RFC 3398 the Q.850 cause of a refusal is kept', async () => {
    const { last } = gate();
    const out = toTrunk();
    await rig.clock.settle();
    last().refuse(480, { headers: [['Reason', 'Q.850;cause=20;text="Subscriber absent"']] });
    expect(await rig.settles(out.result)).toMatchObject({
      cause: { sip: 480, q850: 20, text: 'Subscriber absent' },
    });
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('a destination the network refuses fails at once', async () => {
    rig.network.link(EXCHANGE.address, GATE, { down: true });
    const out = toTrunk();
    expect(await rig.settles(out.result)).toMatchObject({
      kind: 'failed',
      why: 'transport',
      cause: { sip: 503 },
    });
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('RFC 3261 §22.2 a trunk with an account answers a challenge once', async () => {
    const registration = {
      aor: 'sip:acc@carrier.example',
      username: 'acc',
      realm: null,
      secret: PASSWORD,
      expires: 600,
    };
    const withAccount = { ...trunk, registration };
    rig = new Rig({ trunks: [withAccount] });
    const { last, invites } = gate();
    await rig.clock.settle();
    const challenge = {
      headers: [['Proxy-Authenticate', 'Digest realm="c", nonce="n", qop="auth"']] as const,
    };
    const out = rig.invite(
      { kind: 'trunk', trunk: withAccount, destination: 0, number: '79151112233' },
      { from: own },
    );
    await rig.clock.settle();
    last().refuse(407, challenge);
    await rig.clock.settle();
    expect(invites).toHaveLength(2);
    expect(header(last().request, 'CSeq')).toBe('2 INVITE');
    expect(header(last().request, 'Call-ID')).toBe(out.leg.id);
    expect(header(last().request, 'Proxy-Authorization')).toContain('username="acc"');
    expect(header(last().request, 'From')).toContain('@carrier.example');
    last().refuse(407, challenge);
    expect(await rig.settles(out.result)).toMatchObject({ kind: 'refused', cause: { sip: 407 } });
    expect(await rig.left()).toEqual(NOTHING);
  });
});

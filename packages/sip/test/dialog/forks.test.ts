import { describe, expect, it } from 'vitest';
import { bench, WIRE } from '../support/wire.ts';

describe('forks of one INVITE (RFC 3261 §13.2.2.4)', () => {
  const fork = async () => {
    const b = bench();
    const told: string[] = [];
    b.stack.invite({ method: 'INVITE', uri: `sip:b@${WIRE}`, from: 'sip:a@x', to: 'sip:b@x' }, b.wire.peer, {
      provisional: (r, early) => told.push(`${r.status} ${early?.remoteTag ?? '-'}`),
      answered: (_r, dialog) => {
        told.push(`answered ${dialog.remoteTag}`);
        dialog.acknowledge();
      },
      failed: f => told.push(`failed ${f.status}`),
    });
    await b.clock.settle();
    const say = async (status: number, tag: string) => {
      const To = tag === '' ? '<sip:b@x>' : `<sip:b@x>;tag=${tag}`;
      b.wire.answer(b.wire.request('INVITE'), status, { To, Contact: `<sip:${tag}@${WIRE}>` });
      await b.clock.settle();
    };
    return { b, told, say };
  };

  it('each rings in a dialog of its own; the first 2xx is the call, another one is ended with ACK and BYE', async () => {
    const { b, told, say } = await fork();
    await say(180, '');
    await say(180, 'x');
    await say(183, 'y');
    expect(b.stack.counters().dialogs).toBe(2);
    await say(200, 'y');
    expect(b.stack.counters().dialogs).toBe(1);
    await say(200, 'x');
    await say(200, 'z');
    await say(200, 'z');
    expect(told).toEqual(['180 -', '180 x', '183 y', 'answered y']);
    expect(
      b.wire.got
        .filter(m => m.kind === 'request')
        .map(m => `${m.method} ${/tag=(.*)/.exec(m.headers.get('to') ?? '')?.[1]}`),
    ).toEqual(['INVITE undefined', 'ACK y', 'ACK x', 'BYE x', 'ACK z', 'BYE z', 'ACK z']);
    expect(b.stack.counters().dialogs).toBe(1);
  });

  it('a refusal ends all that ring', async () => {
    const { b, told, say } = await fork();
    await say(180, 'x');
    await say(180, 'y');
    await say(486, 'x');
    expect(told.at(-1)).toBe('failed 486');
    expect(b.stack.counters().dialogs).toBe(0);
  });

  it('a far end that invents forks gets no more than sixteen dialogs', async () => {
    const { b, say } = await fork();
    for (let n = 0; n < 40; n++) await say(180, `t${n}`);
    expect(b.stack.counters().dialogs).toBe(16);
  });

  it('the one that answers has the call, though seventeen and more rang', async () => {
    const { b, told, say } = await fork();
    for (let n = 0; n < 40; n++) await say(180, `t${n}`);
    await say(200, 't39');
    expect([told.at(-1), b.stack.counters().dialogs]).toEqual(['answered t39', 1]);
  });

  it('RFC 6026 §7.2: of forks that go on answering for ever sixteen are ended, and after 64·T1 none is known', async () => {
    const { b, say } = await fork();
    for (let n = 0; n < 40; n++) await say(200, `t${n}`);
    expect(b.wire.heard.filter(name => name === 'ACK')).toHaveLength(16);
    expect(b.wire.heard.filter(name => name === 'BYE')).toHaveLength(15);
    await b.clock.advance(32_001);
    await say(200, 't0');
    expect(b.wire.heard.filter(name => name === 'ACK')).toHaveLength(16);
    expect(b.stack.counters().tombstones).toBe(0);
  });
});

describe('the first INVITE’s ACK', () => {
  it('carries the credentials of the INVITE (RFC 3261 §22.1)', async () => {
    const b = bench();
    b.stack.invite(
      {
        method: 'INVITE',
        uri: `sip:b@${WIRE}`,
        from: 'sip:a@x',
        to: 'sip:b@x',
        headers: [['Proxy-Authorization', 'Digest username="a"']],
      },
      b.wire.peer,
      { provisional: () => {}, failed: () => {}, answered: (_r, dialog) => dialog.acknowledge() },
    );
    await b.clock.settle();
    b.wire.answer(b.wire.request('INVITE'), 200, { To: '<sip:b@x>;tag=b', Contact: `<sip:b@${WIRE}>` });
    await b.clock.settle();
    expect(b.wire.request('ACK').headers.get('proxy-authorization')).toBe('Digest username="a"');
    // Of a fork that answers later too, when the INVITE itself is forgotten.
    b.wire.answer(b.wire.request('INVITE'), 200, { To: '<sip:b@x>;tag=c', Contact: `<sip:c@${WIRE}>` });
    await b.clock.settle();
    expect(b.wire.request('ACK', 1).headers.get('proxy-authorization')).toBe('Digest username="a"');
    expect(b.wire.request('ACK', 1).uri).toBe(`sip:c@${WIRE}`);
  });
});

/** The demo of DESIGN §4 over real sockets with real audio: what a newcomer tries in his first five minutes. */
import { SystemClock } from '@kommutator/base';
import { eventually, openPhone, type RealPhone, type RunningExchange, startExchange } from '@kommutator/e2e';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let exchange: RunningExchange;
let anna: RealPhone;
let boris: RealPhone;
let pstn: RealPhone;

beforeAll(async () => {
  exchange = await startExchange();
  anna = await openPhone(exchange, { login: 'anna', hz: 500 });
  boris = await openPhone(exchange, { login: 'boris', hz: 900, protocol: 'tcp' });
  pstn = await openPhone(exchange, { hz: 1100 });
  expect(await anna.phone.registers()).toBe(200);
  expect(await boris.phone.registers()).toBe(200);
});

afterAll(async () => {
  for (const phone of [anna, boris, pstn]) await phone?.[Symbol.asyncDispose]();
  await exchange?.[Symbol.asyncDispose]();
});

const ear = (of: RealPhone) => {
  if (!of.media.latest) throw new Error('the phone has no call');
  return of.media.latest;
};

/** The protocol of the call of that dialog, as `kommutator calls` prints it once the history has it. */
async function protocolOf(sipCallId: string): Promise<string> {
  const look = async () => {
    const { output } = await exchange.command('calls', '--limit', '3');
    const ids = output.match(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}/g) ?? [];
    const calls = await Promise.all(ids.map(id => exchange.command('calls', id)));
    return calls.map(call => call.output).find(text => text.includes(sipCallId)) ?? '';
  };
  return eventually(new SystemClock(), look, text => text !== '', 20_000);
}

describe('inside the company', () => {
  test('ACC-15 anna (UDP) calls boris (TCP): both hear each other, keys pass, the end of one is the end of both', async () => {
    const call = await anna.phone.calls('102');
    const ringing = await boris.phone.rings();
    expect(ringing.from?.displayName).toBeTruthy();
    expect(ringing.from?.uri.user).toBe('101');
    boris.phone.answers();
    await call.decided;
    expect(call.talking).toBe(true);
    await Promise.all([ear(anna).untilHears(900), ear(boris).untilHears(500)]);
    await anna.phone.sends('1*5#');
    await ear(boris).untilKeys('1*5#');
    anna.phone.hangsUp();
    expect(await ringing.over).toMatchObject({ byMe: false });
  });

  test('ADM-4 the call between them stands in the history with its protocol', async () => {
    const protocol = await protocolOf(anna.phone.call.callId);
    expect(protocol).toContain('Внутренний вызов');
    expect(protocol).toContain('Завершение вызова: вызывающий');
  });

  test('DESIGN §4 999 is an echo: a greeting, then the own voice', async () => {
    const call = await anna.phone.calls('999');
    await call.decided;
    await ear(anna).untilHearsSpeech();
    await ear(anna).untilHears(500);
    anna.phone.hangsUp();
    await call.over;
  });

  test('RTE-15 an unknown internal number is 404', async () => {
    const call = await anna.phone.calls('777');
    expect(await call.over).toMatchObject({ status: 404 });
  });

  test('USR-20 boris is called, anna picks up with *8', async () => {
    const pickedUp = await openPhone(exchange, { login: 'vera', hz: 700 });
    await pickedUp.phone.registers();
    const call = await pickedUp.phone.calls('102');
    const ringing = await boris.phone.rings();
    await anna.phone.calls('*8');
    await call.decided;
    await Promise.all([ear(pickedUp).untilHears(500), ear(anna).untilHears(700)]);
    expect((await ringing.over).reasons.join()).toContain('SIP;cause=200');
    pickedUp.phone.hangsUp();
    await call.over;
    await pickedUp[Symbol.asyncDispose]();
  });
});

describe('from the public network', () => {
  test('GRP-8 74951230001 rings both members; the first answer wins, the other gets CANCEL with Reason 200', async () => {
    const call = await pstn.phone.calls('74951230001', { from: '79161234567' });
    const [atAnna, atBoris] = await Promise.all([anna.phone.rings(), boris.phone.rings()]);
    expect(atAnna.from?.uri.user).toBe('79161234567');
    anna.phone.answers();
    await call.decided;
    expect((await atBoris.over).reasons.join()).toContain('SIP;cause=200;text="Call completed elsewhere"');
    await Promise.all([ear(pstn).untilHears(500), ear(anna).untilHears(1100)]);
    pstn.phone.hangsUp();
    await atAnna.over;
  });

  test('RTE-15 74951230003 rings anna alone', async () => {
    const call = await pstn.phone.calls('74951230003', { from: '79161234567' });
    const ringing = await anna.phone.rings();
    expect(boris.phone.call.number).not.toBe('74951230003');
    pstn.phone.hangsUp();
    expect(await ringing.over).toMatchObject({ byMe: false });
    expect(await call.over).toMatchObject({ status: 487 });
  });

  test('RTE-4 74951230004 has no rules: 486 with Q.850 cause 17 before anything rings', async () => {
    const call = await pstn.phone.calls('74951230004', { from: '79161234567' });
    const end = await call.over;
    expect(end.status).toBe(486);
    expect(end.reasons.join()).toContain('Q.850;cause=17');
  });

  test('RTE-15 a number nobody has is 404 with Q.850 cause 1', async () => {
    const call = await pstn.phone.calls('74951239999', { from: '79161234567' });
    const end = await call.over;
    expect(end.status).toBe(404);
    expect(end.reasons.join()).toContain('Q.850;cause=1');
  });
});

describe('to the public network', () => {
  test('DESIGN §4 8-999-111-22-33 reaches the simulator: it rings, says which number was called, and echoes', async () => {
    const call = await anna.phone.calls('89991112233');
    await call.decided;
    expect(call.talking).toBe(true);
    await ear(anna).untilHearsSpeech();
    await ear(anna).untilHears(500);
    anna.phone.hangsUp();
    await call.over;
    expect(await protocolOf(call.callId)).toContain('79991112233');
  });
});

describe('strangers', () => {
  test('USR-13 a wrong password is 401 and nothing is registered', async () => {
    await using gleb = await openPhone(exchange, { login: 'gleb', password: 'Demo-12345', hz: 700 });
    expect(await gleb.phone.registers()).toBe(401);
    const call = await anna.phone.calls('104');
    expect(await call.over).toMatchObject({ status: 480 });
  });

  test('ACC-15 a phone of another company cannot call into this one, and nothing rings', async () => {
    await using ivan = await openPhone(exchange, {
      login: 'ivan',
      domain: 'filial.kommutator.test',
      hz: 700,
    });
    expect(await ivan.phone.registers()).toBe(200);
    const before = boris.phone.history.length;
    const call = await ivan.phone.calls('500');
    expect(await call.over).toMatchObject({ status: 404 });
    expect(boris.phone.history.length).toBe(before);
  });

  test('USR-13 a stranger who claims to be anna is challenged and refused, and nothing rings', async () => {
    await using stranger = await openPhone(exchange, { login: 'anna', password: 'guessed', hz: 700 });
    const before = boris.phone.history.length;
    const call = await stranger.phone.calls('102');
    expect([401, 403, 407]).toContain((await call.over).status);
    expect(boris.phone.history.length).toBe(before);
  });
});

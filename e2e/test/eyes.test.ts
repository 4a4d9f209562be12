/** What an engineer sees of a running exchange: its own test calls, a capture server, the doctor, figures of RFC 6076. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { SystemClock } from '@kommutator/base';
import {
  eventually,
  metricsOf,
  openPhone,
  type RunningExchange,
  startExchange,
  untilQuiet,
} from '@kommutator/e2e';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let exchange: RunningExchange;
let capture: Socket;
const captured: Buffer[] = [];

beforeAll(async () => {
  capture = createSocket('udp4').bind(0, '127.0.0.1');
  await once(capture, 'listening');
  capture.on('message', packet => void captured.push(packet));
  const { port } = capture.address();
  exchange = await startExchange({ env: { SYNTHETIC_CALL_SECONDS: '1', HEP_SERVER: `127.0.0.1:${port}` } });
});

afterAll(async () => {
  await exchange?.[Symbol.asyncDispose]();
  capture?.close();
});

/** Values of one chunk of the packets that hold that text. */
const chunk = (type: number, text: string): string[] =>
  captured
    .filter(packet => packet.includes(text))
    .flatMap(packet => {
      for (let at = 6; at < packet.length; at += packet.readUInt16BE(at + 4))
        if (packet.readUInt16BE(at + 2) === type)
          return [packet.toString('latin1', at + 6, at + packet.readUInt16BE(at + 4))];
      return [''];
    });

describe('the synthetic call', () => {
  test('hears its own voice, and leaves no record in any history', async () => {
    const seen = await eventually(
      new SystemClock(),
      () => metricsOf(exchange),
      metrics => metrics.get('kommutator_synthetic_call_up') === 1,
      30_000,
    );
    expect(seen.get('kommutator_synthetic_call_setup_seconds')).toBeGreaterThan(0);
    expect(seen.get('kommutator_history_calls_written')).toBe(0);
    expect((await exchange.command('calls')).output).not.toContain('probe');
  });
});

describe('HEP', () => {
  test('carries every message of a call with one Call id and the id of its leg', async () => {
    await using anna = await openPhone(exchange, { login: 'anna', hz: 500 });
    await using boris = await openPhone(exchange, { login: 'boris', hz: 900 });
    await anna.phone.registers();
    await boris.phone.registers();
    const call = await anna.phone.calls('102');
    const ringing = await boris.phone.rings();
    boris.phone.answers();
    await call.decided;
    anna.phone.hangsUp();
    await ringing.over;
    const id = anna.phone.call.callId;
    await eventually(
      new SystemClock(),
      async () => captured.filter(packet => packet.includes(id) && packet.includes('CSeq')).length,
      // INVITE, 407, ACK, INVITE, 100, 180, 200, ACK, BYE, 200.
      count => count >= 10,
    );
    const calls = new Set(chunk(0x11, id).filter(Boolean));
    const legs = new Set(chunk(0x13, id).filter(Boolean));
    expect([calls.size, legs.size]).toEqual([1, 1]);
    const other = captured.filter(packet => packet.includes([...calls][0] as string) && !packet.includes(id));
    expect(other.length).toBeGreaterThanOrEqual(5);
    expect(captured.some(packet => packet.includes('response="'))).toBe(false);
  });
});

test('RFC 6076: sessions of callers and called stand in the metrics', async () => {
  const text = await (await fetch(`http://127.0.0.1:${exchange.httpPort}/metrics`)).text();
  for (const way of ['in', 'out'])
    expect(text).toMatch(
      new RegExp(
        `kommutator_sip_session_attempts_total\\{[^}]*way="${way}",outcome="established"[^}]*\\} [1-9]`,
      ),
    );
  expect(text).toMatch(
    /kommutator_sip_session_request_delay_seconds_count\{[^}]*result="success"[^}]*\} [1-9]/,
  );
});

test('the doctor places a test call of its own and finds nothing amiss with it', async () => {
  const { output } = await exchange.command('doctor');
  expect(output).toMatch(/✓ Test call +answered in \d+ ms, echo in \d+ ms/);
  expect(output).toMatch(/Clock .*NTP_SERVER is not set/);
});

test('nothing of all that stays', () => untilQuiet(exchange));

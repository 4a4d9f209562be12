/** Keys between two legs, each with its own way of pressing them: one key arrives, once, in the hearer's way. */
import { beforeEach, describe, expect, test } from 'vitest';
import { encode, FRAME } from '../src/codec/g711.ts';
import type { CodecName, Key, Negotiated } from '../src/index.ts';
import { payloadTypeOf, timestampOf } from '../src/rtp/packet.ts';
import { KeyDetector } from '../src/tones/key-detector.ts';
import { dtmfOf, KEYS, sines } from '../src/tones/oscillator.ts';
import { Leg, relay, Stage } from './support/leg.ts';

const EVENTS = 101;
let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});

const law = (codec: CodecName): Partial<Negotiated> => {
  const payloadType = codec === 'PCMA' ? 8 : 0;
  return { send: { codec, payloadType }, receive: [{ codec, payloadType }] };
};
const withEvents: Partial<Negotiated> = { telephoneEvent: EVENTS };
const without = (codec: CodecName): Partial<Negotiated> => ({ ...law(codec), telephoneEvent: undefined });

/** The phone says 20 ms of each frame, one every 20 ms; `keep` says which of them arrive. */
async function says(leg: Leg, codec: CodecName, pcm: Int16Array, keep: (n: number) => boolean = () => true) {
  const bytes = encode(codec, pcm);
  for (let at = 0, n = 0; at + FRAME <= bytes.length; at += FRAME, n++) {
    if (keep(n)) leg.says([...bytes.subarray(at, at + FRAME)], codec === 'PCMA' ? 8 : 0);
    else {
      leg.sequence++;
      leg.timestamp += FRAME;
    }
    await stage.clock.advance(20);
    leg.endpoint.sweep(stage.clock.now());
  }
}
const silence = (ms: number) => sines([], ms);

/** Tone for 100 ms beginning in the middle of a packet, then quiet until everything has been passed on. */
async function pressesInBand(leg: Leg, codec: CodecName, key: Key, keep?: (n: number) => boolean) {
  const pcm = new Int16Array(8 * 460);
  pcm.set(sines(dtmfOf(key), 100), 8 * 63);
  await says(leg, codec, pcm, keep);
}

/** Keys in what a phone was sent: by events, and by ear. */
function got({ sent }: Leg, codec: CodecName): { events: string; tones: string } {
  const begun = new Map<number, number>();
  const ear = new KeyDetector();
  let tones = '';
  for (const packet of sent) {
    if (payloadTypeOf(packet) === EVENTS) begun.set(timestampOf(packet), packet[12] as number);
    else tones += ear.push(codec, packet, 12, packet.length) ?? '';
  }
  return { events: [...begun.values()].map(code => KEYS[code]).join(''), tones };
}

describe('DTMF from × to', () => {
  const from = ['4733', 'in-band A-law', 'in-band µ-law', 'INFO'] as const;
  const to = ['4733', 'in-band A-law', 'in-band µ-law'] as const;
  const cases = from.flatMap(a => to.map(b => [a, b] as const));

  test.each(cases)('%s → %s: 0…9, *, #, A…D arrive once each', async (pressed, wanted) => {
    const source: CodecName = pressed === 'in-band µ-law' ? 'PCMU' : 'PCMA';
    const target: CodecName = wanted === 'in-band µ-law' ? 'PCMU' : 'PCMA';
    const a = new Leg(stage, 'a', 4_000, pressed.startsWith('in-band') ? without(source) : withEvents);
    const b = new Leg(stage, 'b', 5_000, wanted === '4733' ? withEvents : without(target));
    b.hears(relay(a));
    await says(a, source, silence(100));
    for (const key of KEYS) {
      if (pressed.startsWith('in-band')) await pressesInBand(a, source, key);
      else if (pressed === '4733') a.presses(key);
      else b.endpoint.obey({ do: 'keys', ep: b.endpoint.ep, keys: key });
      await says(a, source, silence(300));
    }
    const all = KEYS.join('');
    expect(got(b, target)).toEqual(
      wanted === '4733' ? { events: all, tones: '' } : { events: '', tones: all },
    );
    const told = stage.events.flatMap(e => (e.is === 'heard' ? [`${e.what.key} ${e.what.via}`] : []));
    const via = pressed === '4733' ? '4733' : 'inband';
    expect(told).toEqual(pressed === 'INFO' ? [] : KEYS.map(key => `${key} ${via}`));
  });
});

describe('in-band keys', () => {
  test('less than 20 ms of the tone is left of a key that is told by events: no second one for the next ear', async () => {
    const [a, b] = [new Leg(stage, 'a', 4_000, without('PCMA')), new Leg(stage, 'b', 5_000)];
    b.hears(relay(a));
    for (const key of KEYS) await pressesInBand(a, 'PCMA', key);
    const loud = b.sent.filter(
      p => payloadTypeOf(p) === 8 && p.subarray(12).some(x => (x ^ 0x55) % 0x80 > 0x20),
    );
    // One packet of each press at most was sent before the tone was known for one.
    expect(loud.length).toBeLessThanOrEqual(KEYS.length);
    expect(got(b, 'PCMA')).toEqual({ events: KEYS.join(''), tones: '' });
  });

  test('withheld: reported, and the hearer gets neither event nor tone', async () => {
    for (const listener of [withEvents, without('PCMA')]) {
      stage = new Stage();
      const [a, b] = [new Leg(stage, 'a', 4_000, without('PCMA')), new Leg(stage, 'b', 5_000, listener)];
      b.hears(relay(a));
      a.watch('withhold');
      await pressesInBand(a, 'PCMA', '7');
      expect(got(b, 'PCMA')).toEqual({ events: '', tones: '' });
      expect(stage.told()).toContain('heard');
    }
  });

  test('ignored: not reported, and the sound is passed as it is', async () => {
    const [a, b] = [new Leg(stage, 'a', 4_000, without('PCMA')), new Leg(stage, 'b', 5_000)];
    b.hears(relay(a));
    a.watch('off');
    await pressesInBand(a, 'PCMA', '7');
    expect(got(b, 'PCMA')).toEqual({ events: '', tones: '7' });
    expect(stage.told()).not.toContain('heard');
  });

  test('with telephone-event agreed the sound is not listened to: what a caller plays into it presses nothing', async () => {
    const [a, b] = [new Leg(stage, 'a', 4_000), new Leg(stage, 'b', 5_000)];
    b.hears(relay(a));
    await pressesInBand(a, 'PCMA', '7');
    expect(stage.told()).not.toContain('heard');
    expect(got(b, 'PCMA')).toEqual({ events: '', tones: '7' });
  });

  test('wherever the sequence begins, and with another SSRC, which begins anew', async () => {
    for (const first of [0, 1, 32_767, 32_768, 65_500, 65_535]) {
      const a = new Leg(stage, `a${first}`, 4_000, without('PCMA'));
      a.sequence = first;
      await pressesInBand(a, 'PCMA', '1');
      a.ssrc = 99;
      a.sequence = (first + 65_400) % 65_536;
      await pressesInBand(a, 'PCMA', '2');
      const keys = stage.events.flatMap(e => (e.is === 'heard' ? [e.what.key] : []));
      expect(keys.splice(-2), `from ${first}`).toEqual(['1', '2']);
    }
  });

  test('they stop a sound that waits for them', async () => {
    const a = new Leg(stage, 'a', 4_000, without('PCMU'));
    a.hears({ play: ['tone:dial' as never], tag: 1, loop: true, stopOn: '5', then: { silence: true } });
    await pressesInBand(a, 'PCMU', '5');
    expect(stage.told()).toContain('1 key');
  });

  test('one packet in twenty is lost, some come late or twice: nearly every key is heard, none of them twice', async () => {
    const a = new Leg(stage, 'a', 4_000, without('PCMA'));
    a.watch('relay');
    let n = 0;
    // 7 and 20 have no common factor: in time every packet of a press is the lost one.
    for (let press = 0; press < 160; press++) {
      await pressesInBand(a, 'PCMA', KEYS[press % 16] as Key, () => (n++ * 7) % 20 !== 0);
    }
    const keys = stage.events.flatMap(e => (e.is === 'heard' ? [e.what.key] : []));
    expect(keys.length).toBeGreaterThanOrEqual(152);
    expect(keys.every((key, i) => i === 0 || key !== keys[i - 1])).toBe(true);
  });

  test('a phone that sends tones faster than they can be passed on fills no memory', async () => {
    const b = new Leg(stage, 'b', 5_000);
    for (let i = 0; i < 1_000; i++) b.endpoint.obey({ do: 'keys', ep: b.endpoint.ep, keys: '1234567890' });
    await stage.clock.advance(60_000);
    expect(got(b, 'PCMA').events).toHaveLength(64);
  });
});

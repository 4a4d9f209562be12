/** Keys in a conversation: whichever way one phone presses them, the other gets each once, in its own way. */
import { describe, expect, it } from 'vitest';
import type { Phone } from '../../src/testing/index.ts';
import { DEMO, virtualExchange } from '../../src/testing/index.ts';
import { dials } from './support.ts';

/** Anna and Boris talk. `tones`: a phone without telephone-event. */
async function talking(o: { readonly anna?: boolean; readonly boris?: boolean } = {}) {
  const x = virtualExchange(DEMO);
  const anna = x.phone('anna', { tones: o.anna ?? false });
  const boris = x.phone('boris', { tones: o.boris ?? false });
  for (const phone of [anna, boris]) expect(await phone.registers()).toBe(200);
  const call = await dials(x, anna, '102');
  boris.answers();
  await x.settles();
  const over = async () => {
    call.hangsUp();
    await x.expectNothingLeft();
  };
  return { x, anna, boris, over };
}

const got = ({ call }: Phone) => ({ rtp: call.audio.keysHeard(), informed: call.informed });

describe('SIP INFO keys (GRP D4)', () => {
  it.each(['application/dtmf-relay', 'application/dtmf'])(
    '%s arrives in RTP at the other phone',
    async type => {
      for (const annaHasEvents of [true, false]) {
        const { x, anna, boris, over } = await talking({ anna: !annaHasEvents });
        const answers = anna.call.informs('12#', type);
        await x.clock.advance(1_000);
        expect(await answers).toEqual([200, 200, 200]);
        expect(got(boris)).toEqual({ rtp: '12#', informed: [] });
        await over();
      }
    },
  );

  it('a phone that presses by INFO and knows no events is told by INFO, in its own words', async () => {
    for (const [type, text] of [
      ['application/dtmf-relay', 'application/dtmf-relay: Signal=7 Duration=160'],
      ['application/dtmf', 'application/dtmf: 7'],
    ] as const) {
      const { x, anna, boris, over } = await talking({ boris: true });
      await boris.call.informs('1', type);
      await anna.sends('7');
      await x.settles();
      expect(got(boris)).toEqual({ rtp: '', informed: [text] });
      expect(got(anna)).toEqual({ rtp: '1', informed: [] });
      await over();
    }
  });

  it('from INFO to INFO, many keys, in their order', async () => {
    const { x, anna, boris, over } = await talking({ anna: true, boris: true });
    await anna.call.informs('1', 'application/dtmf');
    await boris.call.informs('2', 'application/dtmf');
    await anna.call.informs('34567890', 'application/dtmf');
    await x.settles();
    expect(boris.call.informed.map(line => line.at(-1)).join('')).toBe('34567890');
    expect(got(anna)).toEqual({ rtp: '', informed: ['application/dtmf: 2'] });
    await over();
  });

  it('a phone that sends each key both ways presses it once, whichever comes first', async () => {
    for (const infoFirst of [true, false]) {
      for (const tones of [true, false]) {
        const { x, anna, boris, over } = await talking({ anna: tones });
        for (const key of '5566') {
          const first = infoFirst ? anna.call.informs(key) : anna.sends(key);
          await first;
          await x.clock.advance(50);
          await (infoFirst ? anna.sends(key) : anna.call.informs(key));
          await x.clock.advance(500);
        }
        expect(got(boris), `INFO first: ${infoFirst}, tones: ${tones}`).toEqual({
          rtp: '5566',
          informed: [],
        });
        await over();
      }
    }
  });

  it('the first INFO of a phone that knows events waits 300 ms for the event; the next ones do not', async () => {
    const { x, anna, boris, over } = await talking();
    await anna.call.informs('12');
    await x.clock.advance(250);
    expect(got(boris).rtp).toBe('');
    await x.clock.advance(50);
    expect(got(boris).rtp).toBe('12');
    await anna.call.informs('3');
    expect(got(boris).rtp).toBe('123');
    await over();
  });

  it('a call that ends while an INFO waits leaves nothing behind', async () => {
    const { anna, over } = await talking();
    await anna.call.informs('1');
    await over();
  });

  it('what is no key is refused with what would be one', async () => {
    const { anna, over } = await talking();
    expect(await anna.call.informs('5', 'text/plain')).toEqual([415]);
    expect(await anna.call.informs('x')).toEqual([415]);
    await over();
  });
});

describe('keys as tones', () => {
  it('a phone without telephone-event is heard to press them', async () => {
    const { x, anna, boris, over } = await talking({ anna: true });
    await anna.sends('12#');
    await x.settles();
    expect(got(boris)).toEqual({ rtp: '12#', informed: [] });
    await over();
  });
});

import type { Command } from '@kommutator/media';
import { describe, expect, it } from 'vitest';
import { DEMO, engineThrough, type VirtualOptions, virtualExchange } from '../../src/testing/index.ts';
import { dials, phonesOf } from './support.ts';

/** An exchange whose commands to the engine are kept. */
function recorded() {
  const commands: Command[] = [];
  const through: VirtualOptions['through'] = engine =>
    engineThrough(engine, command => {
      commands.push(command);
      return engine.command(command);
    });
  const x = virtualExchange(DEMO, { through });
  /** `open`, `remote`, `remote answered`, `hear`, … of the phone at this RTP port, in order. */
  const toldAbout = (address: string) => {
    const ep = commands.find(one => one.do === 'remote' && one.to.address === address);
    return commands.flatMap(one => {
      if (!('ep' in one) || ep?.do !== 'remote' || one.ep !== ep.ep) return [];
      return one.do === 'remote' && one.to.answered ? ['remote answered'] : [one.do];
    });
  };
  return { x, toldAbout };
}

describe('DESIGN §2 the latch is told of the answer', () => {
  it('with the only description, where there is no early media', async () => {
    const { x, toldAbout } = recorded();
    const [anna, boris] = await phonesOf(x, 'anna', 'boris');
    const call = await dials(x, anna, '102');
    boris.answers();
    await x.settles();
    expect(toldAbout('10.1.0.1')).toEqual(['open', 'remote answered', 'watch', 'hear']);
    expect(toldAbout('10.1.0.2')).toEqual(['open', 'remote answered', 'watch', 'hear']);
    await boris.call.holds();
    expect(toldAbout('10.1.0.2').slice(4)).toEqual(['remote answered', 'watch']);
    call.hangsUp();
    await x.expectNothingLeft();
  });

  it('again where early media came before it', async () => {
    const { x, toldAbout } = recorded();
    const [anna] = await phonesOf(x, 'anna');
    const call = await dials(x, anna, '89161112233');
    const ringing = await x.pstn.rings();
    ringing.progresses();
    await x.settles();
    for (const address of ['10.1.0.1', '10.9.0.1'])
      expect(toldAbout(address).filter(told => told.startsWith('remote'))).toEqual(['remote']);
    ringing.answers();
    await x.settles();
    for (const address of ['10.1.0.1', '10.9.0.1'])
      expect(toldAbout(address).filter(told => told.startsWith('remote'))).toEqual([
        'remote',
        'remote answered',
      ]);
    call.hangsUp();
    await x.expectNothingLeft();
  });

  it('RFC 3261 §13.2.1 with the ACK, where the offer was ours', async () => {
    const { x, toldAbout } = recorded();
    const [anna, boris] = await phonesOf(x, 'anna', 'boris');
    const call = await anna.calls('102', { delayedOffer: true });
    await boris.rings();
    boris.answers();
    await x.settles();
    expect(toldAbout('10.1.0.1')).toEqual(['open', 'hear', 'remote answered', 'watch']);
    call.hangsUp();
    await x.expectNothingLeft();
  });
});

import type { Restriction } from '@kommutator/model/config';
import { describe, expect, it } from 'vitest';
import { type ConfigInput, virtualExchange } from '../../src/testing/index.ts';
import { dials, noted, phonesOf } from './support.ts';

const DIALLED = ['810375291234567', '84951234567', '88121234567', '88002500000', '101', '112'] as const;
const MATRIX: readonly (readonly [Restriction, string])[] = [
  ['none', '++++++'],
  ['international', '-+++++'],
  ['intercity', '--++++'],
  ['internal_only', '----++'],
];
const CELLS = MATRIX.flatMap(([restriction, row]) =>
  DIALLED.map((dialled, i) => ({ restriction, dialled, passes: row[i] === '+' })),
);
const domain = (restriction: Restriction): ConfigInput => ({
  homeCodes: ['812'],
  restriction,
  users: { anna: { extension: '100' }, boris: { extension: '101' } },
  numbers: { '78120000001': [] },
});

describe('ACC-30 outgoing restriction', () => {
  it.each(CELLS)('ACC-30 $restriction: $dialled passes $passes', async ({ restriction, dialled, passes }) => {
    const x = virtualExchange(domain(restriction));
    const [anna, boris] = await phonesOf(x, 'anna', 'boris');
    const call = await dials(x, anna, dialled);
    expect(x.pstn.history.length + boris.history.length).toBe(passes ? 1 : 0);
    if (!passes) {
      expect(await call.hears()).toBe('clip:announcement:forbidden');
      await x.at(5);
      expect(call.end?.status).toBe(403);
      expect(noted(x, 'direction.forbidden')).toHaveLength(1);
    }
    call.hangsUp();
    await x.expectNothingLeft();
  });

  it('USR-35 the user’s own value wins over the domain’s; a change counts from the next call', async () => {
    const x = virtualExchange(domain('internal_only'));
    const [anna] = await phonesOf(x, 'anna');
    await dials(x, anna, '88121234567');
    expect(x.pstn.history).toHaveLength(0);
    await x.at(5);
    const users = { anna: { extension: '100', restriction: 'none' as const } };
    x.change({ ...domain('internal_only'), users });
    const call = await dials(x, anna, '88121234567');
    expect(x.pstn.history).toHaveLength(1);
    call.hangsUp();
    await x.expectNothingLeft();
  });

  it('USR-35.4 a forbidden forwarding is skipped with a line in the protocol, the next number rings', async () => {
    const forwarding = [{ type: 'mobile', target: '375291234567', priority: 5 }, { priority: 10 }] as const;
    const x = virtualExchange({
      ...domain('international'),
      users: { anna: { extension: '100' }, boris: { extension: '101', forwarding } },
    });
    const [anna, boris] = await phonesOf(x, 'anna', 'boris');
    x.begins();
    const call = await dials(x, anna, '101');
    expect(boris.history).toHaveLength(1);
    expect(noted(x, 'target.skipped')[0]).toMatchObject({ number: '375291234567', why: 'restricted' });
    call.hangsUp();
    await x.expectNothingLeft();
  });

  it('USR-38.4 a SIP number of the own domain rings that login’s devices only; foreign and broken ones are skipped', async () => {
    const forwarding = [
      { target: 'vera', priority: 1, ringTime: 10 },
      { target: 'someone@elsewhere.test', priority: 2 },
      { target: 'nobody', priority: 3 },
      { type: 'mobile', target: 'abc', priority: 4 },
    ] as const;
    const x = virtualExchange({
      users: {
        anna: { extension: '100' },
        boris: { extension: '101', forwarding },
        vera: { extension: '102', forwarding: [{ type: 'mobile', target: '79160000001' }] },
      },
      numbers: { '74951230001': [] },
    });
    const [anna] = await phonesOf(x, 'anna', 'vera');
    x.begins();
    const call = await dials(x, anna, '101');
    await x.at(60);
    expect(x.timeline(call)).toEqual(['vera 0–10', '480 at 10']);
    expect(noted(x, 'target.skipped').map(({ why }) => why)).toEqual(['foreign', 'malformed', 'malformed']);
    await x.expectNothingLeft();
  });

  it('USR-42 a contact number abroad may be short: the Faroe Islands have nine digits with their code', async () => {
    const forwarding = [{ type: 'mobile', target: '298123456' }] as const;
    const x = virtualExchange({
      users: { anna: { extension: '100' }, boris: { extension: '101', forwarding } },
      numbers: { '74951230001': [] },
    });
    const [anna] = await phonesOf(x, 'anna');
    const call = await dials(x, anna, '101');
    expect(x.pstn.history.map(({ number }) => number)).toEqual(['298123456']);
    call.hangsUp();
    await x.expectNothingLeft();
  });
});

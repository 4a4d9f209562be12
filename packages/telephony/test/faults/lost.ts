import { expect } from 'vitest';
import { ANNA, BORIS, EXCHANGE, expectTalk, type Fault, harm, on, pair, sent } from './support.ts';

interface Lost {
  readonly rule: string;
  readonly fault: string;
  readonly happens: string;
  readonly lost: ReturnType<typeof on>;
  /** How many are lost; 1 when left out. */
  readonly times?: number;
  /** What leaves more than once in consequence. */
  readonly again: ReturnType<typeof on>;
  /** How often it leaves in all. */
  readonly count: number;
}

const INVITED = 'CSeq: 2 INVITE';

/** A call that is answered after two seconds and ended by anna after ten. */
const TALKS: readonly Lost[] = [
  {
    rule: 'RFC 3261 §17.1.1.2',
    fault: 'the caller’s INVITE is lost',
    happens: 'it comes again after 500 ms; one call',
    lost: on(ANNA, EXCHANGE, 'INVITE', INVITED),
    again: on(ANNA, EXCHANGE, 'INVITE', INVITED),
    count: 2,
  },
  {
    rule: 'RFC 3261 §22.1',
    fault: 'the challenge is lost',
    happens: 'the INVITE comes again and is challenged anew; nothing was remembered of it',
    lost: on(EXCHANGE, ANNA, 'SIP/2.0 407'),
    again: on(EXCHANGE, ANNA, 'SIP/2.0 407'),
    count: 2,
  },
  {
    rule: 'RFC 3261 §17.2.1',
    fault: '100 and 180 are lost',
    happens: 'the INVITE comes again and gets the 180 again',
    lost: on(EXCHANGE, ANNA, 'SIP/2.0 1', INVITED),
    times: 2,
    again: on(EXCHANGE, ANNA, 'SIP/2.0 180'),
    count: 2,
  },
  {
    rule: 'RFC 3261 §17.1.1.2',
    fault: 'our INVITE to the phone is lost',
    happens: 'it is repeated after 500 ms; the phone rings once',
    lost: on(EXCHANGE, BORIS, 'INVITE'),
    again: on(EXCHANGE, BORIS, 'INVITE'),
    count: 2,
  },
  {
    rule: 'RFC 3261 §17.1.1.2',
    fault: '100 and 180 of the phone are lost',
    happens: 'our INVITE is repeated until one of them comes',
    lost: on(BORIS, EXCHANGE, 'SIP/2.0 1'),
    times: 2,
    again: on(EXCHANGE, BORIS, 'INVITE'),
    count: 2,
  },
  {
    rule: 'RFC 3261 §13.3.1.4',
    fault: 'the phone’s 200 is lost',
    happens: 'the phone repeats it; they talk half a second later',
    lost: on(BORIS, EXCHANGE, 'SIP/2.0 200', 'INVITE\r'),
    again: on(BORIS, EXCHANGE, 'SIP/2.0 200', 'INVITE\r'),
    count: 2,
  },
  {
    rule: 'RFC 3261 §13.3.1.4',
    fault: 'our 200 to the caller is lost',
    happens: 'it is repeated after 500 ms, until the ACK',
    lost: on(EXCHANGE, ANNA, 'SIP/2.0 200', 'INVITE\r'),
    again: on(EXCHANGE, ANNA, 'SIP/2.0 200', 'INVITE\r'),
    count: 2,
  },
  {
    rule: 'RFC 3261 §13.3.1.4',
    fault: 'the caller’s ACK is lost',
    happens: 'our 200 is repeated, and so is the ACK',
    lost: on(ANNA, EXCHANGE, 'ACK', 'CSeq: 2 ACK'),
    again: on(ANNA, EXCHANGE, 'ACK', 'CSeq: 2 ACK'),
    count: 2,
  },
  {
    rule: 'RFC 3261 §13.2.2.4',
    fault: 'our ACK to the phone is lost',
    happens: 'the phone’s 200 comes again, and gets the same ACK again',
    lost: on(EXCHANGE, BORIS, 'ACK'),
    again: on(EXCHANGE, BORIS, 'ACK'),
    count: 2,
  },
  {
    rule: 'RFC 3261 §17.1.2.2',
    fault: 'the BYE is lost',
    happens: 'it comes again after 500 ms; the call ends once',
    lost: on(ANNA, EXCHANGE, 'BYE'),
    again: on(ANNA, EXCHANGE, 'BYE'),
    count: 2,
  },
  {
    rule: 'RFC 3261 §17.2.2',
    fault: 'the 200 to the BYE is lost',
    happens: 'the BYE comes again and gets the same 200; the journal has one end',
    lost: on(EXCHANGE, ANNA, 'SIP/2.0 200', 'BYE\r'),
    again: on(EXCHANGE, ANNA, 'SIP/2.0 200', 'BYE\r'),
    count: 2,
  },
  {
    rule: 'RFC 3261 §17.1.2.2',
    fault: 'our BYE to the other phone is lost',
    happens: 'it is repeated after 500 ms',
    lost: on(EXCHANGE, BORIS, 'BYE'),
    again: on(EXCHANGE, BORIS, 'BYE'),
    count: 2,
  },
];

/** A call that is given up after three seconds of ringing. */
const CANCELS: readonly Lost[] = [
  {
    rule: 'RFC 3261 §9.1',
    fault: 'the CANCEL is lost',
    happens: 'it comes again; the other phone rings half a second longer',
    lost: on(ANNA, EXCHANGE, 'CANCEL'),
    again: on(ANNA, EXCHANGE, 'CANCEL'),
    count: 2,
  },
  {
    rule: 'RFC 3261 §9.2',
    fault: 'the 200 to the CANCEL is lost',
    happens: 'the CANCEL comes again and is answered again, though the INVITE is over',
    lost: on(EXCHANGE, ANNA, 'SIP/2.0 200', 'CANCEL\r'),
    again: on(EXCHANGE, ANNA, 'SIP/2.0 200', 'CANCEL\r'),
    count: 2,
  },
  {
    rule: 'RFC 3261 §17.2.1',
    fault: 'the 487 is lost',
    happens: 'it is repeated (Timer G) until the ACK',
    lost: on(EXCHANGE, ANNA, 'SIP/2.0 487'),
    again: on(EXCHANGE, ANNA, 'SIP/2.0 487'),
    count: 2,
  },
  {
    rule: 'RFC 3261 §17.2.1',
    fault: 'the ACK of the 487 is lost',
    happens: 'the 487 is repeated, and so is the ACK',
    lost: on(ANNA, EXCHANGE, 'ACK', 'CSeq: 2 ACK'),
    again: on(ANNA, EXCHANGE, 'ACK', 'CSeq: 2 ACK'),
    count: 2,
  },
  {
    rule: 'RFC 3261 §17.1.1.2',
    fault: 'the phone’s 487 is lost',
    happens: 'it comes again, and our ACK ends it',
    lost: on(BORIS, EXCHANGE, 'SIP/2.0 487'),
    again: on(BORIS, EXCHANGE, 'SIP/2.0 487'),
    count: 2,
  },
];

async function runTalk({ lost, times, again, count }: Lost): Promise<void> {
  const { x, anna, boris } = await pair();
  const harmed = harm(x, lost, 'lose', times);
  await anna.calls('102');
  await x.at(2);
  boris.answers();
  await x.at(9);
  await expectTalk(anna, boris);
  await x.at(10);
  anna.hangsUp();
  await x.at(12);
  expect(boris.call.end).toMatchObject({ status: 200, byMe: false });
  expect([harmed(), sent(x, again)]).toEqual([times ?? 1, count]);
  await x.expectNothingLeft();
}

async function runCancel({ lost, again, count }: Lost): Promise<void> {
  const { x, anna, boris } = await pair();
  const harmed = harm(x, lost);
  const call = await anna.calls('102');
  await x.at(3);
  call.hangsUp();
  await x.at(6);
  expect([call.end?.status, boris.call.end?.status]).toEqual([487, 487]);
  expect([harmed(), sent(x, again)]).toEqual([1, count]);
  await x.expectNothingLeft();
}

export const LOST: readonly Fault[] = [
  ...TALKS.map(row => ({ ...row, run: () => runTalk(row) })),
  ...CANCELS.map(row => ({ ...row, run: () => runCancel(row) })),
  {
    rule: 'RFC 3261 §13.3.1.4',
    fault: 'no ACK of the caller ever comes',
    happens: 'the 200 is repeated for 32 s, then both sides get BYE',
    run: async () => {
      const { x, anna, boris } = await pair();
      harm(x, on(ANNA, EXCHANGE, 'ACK', 'CSeq: 2 ACK'), 'lose', Number.POSITIVE_INFINITY);
      await anna.calls('102');
      await x.at(2);
      boris.answers();
      await x.at(33.9);
      expect([anna.call.talking, boris.call.talking]).toEqual([true, true]);
      await x.at(35);
      expect([anna.call.end?.byMe, boris.call.end?.byMe]).toEqual([false, false]);
      expect(sent(x, on(EXCHANGE, ANNA, 'SIP/2.0 200', 'INVITE\r'))).toBe(11);
      await x.expectNothingLeft();
    },
  },
  {
    rule: 'RFC 3261 §17.1.1.2',
    fault: 'the called phone has gone, and says nothing at all',
    happens: 'it is given up after four seconds (GRP-31.4), the INVITE after 32',
    run: async () => {
      const { x, anna } = await pair();
      x.network.link(EXCHANGE, BORIS, { loss: 1 });
      const call = await anna.calls('102');
      await x.at(5);
      expect(call.end?.status).toBe(480);
      await x.at(60);
      expect(x.left).toMatchObject({ calls: 0, legs: 0, transactions: 0, dialogs: 0 });
      await x.expectNothingLeft();
    },
  },
  {
    rule: 'RFC 3261 §17.2.3',
    fault: 'every message comes twice',
    happens: 'one call, one ringing, one end; nothing is done twice',
    run: async () => {
      const { x, anna, boris } = await pair();
      harm(x, () => true, 'double', Number.POSITIVE_INFINITY);
      await anna.calls('102');
      await x.at(2);
      boris.answers();
      await x.at(9);
      await expectTalk(anna, boris);
      expect(await boris.call.holds()).toBe(200);
      expect(await boris.call.holds(false)).toBe(200);
      boris.hangsUp();
      await x.at(12);
      expect(anna.call.end).toMatchObject({ status: 200, byMe: false });
      await x.expectNothingLeft();
    },
  },
  ...[1, 2, 3].map(seed => ({
    rule: 'RFC 3261 §18',
    fault: `messages overtake each other by up to 300 ms, every tenth is lost, every fifth doubled (seed ${seed})`,
    happens: 'the call comes up, is held, taken back and ended',
    run: async () => {
      const { x, anna, boris } = await pair();
      x.network.every({ delay: 20 * seed, jitter: 300, loss: 0.1, duplicate: 0.2 });
      await anna.calls('102');
      await x.at(8);
      boris.answers();
      await x.at(20);
      await expectTalk(anna, boris);
      const held = boris.call.holds();
      await x.at(30);
      expect(await held).toBe(200);
      const back = boris.call.holds(false);
      await x.at(40);
      expect(await back).toBe(200);
      anna.hangsUp();
      await x.at(80);
      expect(boris.call.end).toMatchObject({ byMe: false });
      await x.expectNothingLeft();
    },
  })),
];

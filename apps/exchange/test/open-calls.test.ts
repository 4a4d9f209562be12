import type { JournalRecord } from '@kommutator/model/events';
import { projectCall } from '@kommutator/telephony/projections';
import { DEMO, type Phone, type VirtualExchange, virtualExchange } from '@kommutator/telephony/testing';
import { describe, expect, it } from 'vitest';
import { closeOpenCall, type OpenCall, OpenCalls } from '../src/files/open-calls.ts';

type Phones = Readonly<Record<'anna' | 'boris' | 'vera' | 'pstn', Phone>>;
type Act = (phones: Phones, x: VirtualExchange) => unknown;

/** A call that ends within a minute: who calls whom, and what happens at which second. */
interface Story {
  readonly dials: readonly ['anna' | 'pstn', string];
  readonly then: readonly (readonly [second: number, act: Act])[];
}

const STORIES: Readonly<Record<string, Story>> = {
  'the caller hangs up': {
    dials: ['anna', '102'],
    then: [
      [2, p => p.boris.answers()],
      [9, p => p.anna.hangsUp()],
    ],
  },
  'the callee hangs up': {
    dials: ['anna', '102'],
    then: [
      [2, p => p.boris.answers()],
      [9, p => p.boris.hangsUp()],
    ],
  },
  'one refuses, another answers and hangs up': {
    dials: ['pstn', '74951230001'],
    then: [
      [1, p => p.anna.refuses(486)],
      [2, p => p.boris.answers()],
      [9, p => p.boris.hangsUp()],
    ],
  },
  'the callee declines': { dials: ['anna', '102'], then: [[2, p => p.boris.refuses(603)]] },
  'the public network refuses': { dials: ['anna', '89161112233'], then: [[1, p => p.pstn.refuses(404)]] },
  'nobody answers': { dials: ['anna', '102'], then: [] },
  'the caller gives up': { dials: ['pstn', '74951230003'], then: [[5, p => p.pstn.hangsUp()]] },
  'nobody has the number': { dials: ['anna', '777'], then: [] },
  'a colleague picks up': {
    dials: ['pstn', '74951230003'],
    then: [
      [2, p => p.vera.calls('*8')],
      [9, p => p.vera.hangsUp()],
    ],
  },
  'on hold': {
    dials: ['anna', '102'],
    then: [
      [2, p => p.boris.answers()],
      [4, p => p.boris.call.holds()],
      [9, p => p.boris.hangsUp()],
    ],
  },
  'media of one side is lost': {
    dials: ['anna', '102'],
    then: [
      [2, p => p.boris.answers()],
      [
        9,
        (p, x) => {
          // It is asked whether it is there, and knows nothing of the call any more.
          p.boris.call.forgets();
          x.engine.flow('10.1.0.2:4000', 'lost');
        },
      ],
      [10, p => p.boris.hangsUp()],
    ],
  },
};

async function journalOf({ dials: [who, number], then }: Story): Promise<readonly JournalRecord[]> {
  const x = virtualExchange(DEMO);
  const [anna, boris, vera] = (await x.registered('anna', 'boris', 'vera')) as [Phone, Phone, Phone];
  const phones = { anna, boris, vera, pstn: x.pstn };
  x.begins();
  await phones[who].calls(number);
  for (const [second, act] of then) {
    await x.at(second);
    void act(phones, x);
  }
  await x.at(60);
  await x.expectNothingLeft();
  return x.journal.records;
}

/** The end a restart writes for what is left open, by way of a segment's head. */
function closed(records: readonly JournalRecord[]): readonly JournalRecord[] {
  const before = new OpenCalls();
  for (const record of records) before.note(record);
  const after = new OpenCalls();
  after.restore(JSON.parse(JSON.stringify(before.all)) as OpenCall[]);
  return after.all.map(closeOpenCall);
}

const endOf = (records: readonly JournalRecord[]) => {
  const call = projectCall(records)?.call;
  return call && [call.endedBy, call.sipStatus];
};

describe('DESIGN rule 3 a call cut off by a crash', () => {
  it.each(Object.entries(STORIES))(
    '%s: at every event, closing it says the same as projecting it open',
    async (_title, story) => {
      const records = await journalOf(story);
      for (let length = 1; length < records.length; length++) {
        const cut = records.slice(0, length);
        const ends = closed(cut);
        expect(ends).toHaveLength(1);
        expect(projectCall([...cut, ...ends])).toEqual(projectCall(cut));
      }
      expect(closed(records)).toEqual([]);
    },
  );

  it.each(Object.entries(STORIES))(
    '%s: with only the end missing, it ends as it did',
    async (_title, story) => {
      const records = await journalOf(story);
      const cut = records.slice(0, -1);
      expect(endOf([...cut, ...closed(cut)])).toEqual(endOf(records));
    },
  );

  it('the callee hangs up and the caller is not let go any more: the callee ended it', async () => {
    const records = await journalOf(STORIES['the callee hangs up'] as Story);
    const ended = records.findIndex(({ event }) => event.type === 'leg.ended');
    const cut = records.slice(0, ended + 1);
    expect(endOf([...cut, ...closed(cut)])).toEqual(['callee', 200]);
  });

  it('a head without a word about legs, as written before: the system ended the call', () => {
    const calls = new OpenCalls();
    calls.restore([{ call: 'a', domain: 'd', seq: 4, at: 10 } as OpenCall]);
    expect(calls.all.map(closeOpenCall)).toMatchObject([
      { seq: 5, at: 10, event: { type: 'call.ended', by: 'system' } },
    ]);
  });
});

describe('DESIGN §6 what a later process needs to go on with a talk', () => {
  it('stands in a segment head: both legs with their dialogs, each less than 1 kB, and who talks with whom', async () => {
    const records = await journalOf(STORIES['the callee hangs up'] as Story);
    const talking = records.findIndex(({ event }) => event.type === 'talk.started');
    const before = new OpenCalls();
    for (const record of records.slice(0, talking + 1)) before.note(record);
    const after = new OpenCalls();
    after.restore(JSON.parse(JSON.stringify(before.all)) as OpenCall[]);
    const [{ left }] = after.all as [OpenCall];
    expect(left.legs.map(({ started }) => started.role)).toEqual(['caller', 'target']);
    expect(left.talk?.started).toMatchObject({
      a: left.legs[0]?.started.leg,
      b: left.legs[1]?.started.leg,
    });
    for (const { kept } of left.legs) expect(JSON.stringify(kept).length).toBeLessThan(1_000);
    for (const record of records.slice(talking + 1, -1)) after.note(record);
    expect(after.all.map(each => [each.left.legs, each.left.talk])).toEqual([[[], null]]);
  });
});

import { newId } from '@kommutator/base';
import type { CallId, DomainId, UserId } from '@kommutator/model/ids';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FreshStore, startTestDatabase } from '../src/testing/index.ts';
import { asOwner } from './support/as-owner.ts';
import { callRecord } from './support/call-records.ts';

const START = Date.parse('2021-03-24T08:30:00.123Z');

describe('call records', () => {
  let ours: FreshStore;
  let node = 0;
  const at = (segment: number, offset: number) => ({ node: `n${node}`, segment, offset });
  const tenant = () => ({ domain: newId<DomainId>(START), user: newId<UserId>(START) });

  beforeAll(async () => {
    ours = await (await startTestDatabase()).freshStore();
  });
  afterAll(() => ours.close());

  it('come back as they were written: call, legs, parties, to the millisecond', async () => {
    const { domain, user } = tenant();
    const record = callRecord(domain, user, START);
    await ours.store.saveCallRecords([record], at(1, 100));
    expect(await ours.store.callHistory.byId(domain, record.call.callId)).toEqual(record);
  });

  it('a batch repeated after a failure leaves every call once, as first written', async () => {
    const { domain, user } = tenant();
    const records = [0, 1, 2].map(n => callRecord(domain, user, START + n));
    await ours.store.saveCallRecords(records.slice(0, 2), at(1, 200));
    const again = records.map(record => ({ ...record, call: { ...record.call, aName: 'другой' } }));
    await ours.store.saveCallRecords(again, at(1, 300));
    const page = await ours.store.callHistory.page(domain, { limit: 10 });
    expect(page.rows.map(call => call.aName)).toEqual(['другой', '', '']);
    const [rows] = await asOwner(
      ours.ownerUrl,
      `SELECT (SELECT count(*)::int FROM call_leg WHERE domain_id = $1) AS legs,
              (SELECT count(*)::int FROM call_party WHERE domain_id = $1) AS parties`,
      [domain],
    );
    expect(rows).toEqual({ legs: 6, parties: 6 });
  });

  it('two writers of the same calls at the same time leave every call once', async () => {
    const { domain, user } = tenant();
    const records = Array.from({ length: 50 }, (_, n) => callRecord(domain, user, START + n));
    await Promise.all([
      ours.store.saveCallRecords(records, at(1, 400)),
      ours.store.saveCallRecords([...records].reverse(), at(1, 400)),
    ]);
    expect((await ours.store.callHistory.page(domain, { limit: 100 })).rows).toHaveLength(50);
  });

  it('the checkpoint moves with the records, and never back', async () => {
    node++;
    expect(await ours.store.checkpoint(`n${node}`)).toBeNull();
    await ours.store.saveCallRecords([], at(1, 500));
    await ours.store.saveCallRecords([], at(2, 10));
    await ours.store.saveCallRecords([], at(1, 900));
    expect(await ours.store.checkpoint(`n${node}`)).toEqual(at(2, 10));
    const { domain, user } = tenant();
    const bad = callRecord(domain, user, START, { domain: 'not a uuid' as DomainId });
    await expect(ours.store.saveCallRecords([bad], at(3, 0))).rejects.toThrow();
    expect(await ours.store.checkpoint(`n${node}`)).toEqual(at(2, 10));
  });

  it('no text from the network keeps a record out: NUL is dropped, half a surrogate replaced', async () => {
    const { domain, user } = tenant();
    const record = callRecord(domain, user, START, {
      aName: 'a\0b\\u0000',
      bName: 'x\ud800y',
      protocol: [{ offset: 0, key: 'k', params: { p: '\0' }, object: '\udc00', level: 'main' }],
    });
    await ours.store.saveCallRecords([record], at(4, 0));
    expect((await ours.store.callHistory.byId(domain, record.call.callId))?.call).toMatchObject({
      aName: 'ab\\u0000',
      bName: 'x\ufffdy',
      protocol: [{ params: { p: '' }, object: '\ufffd' }],
    });
  });

  it('any name at all can be stored', async () => {
    const { domain, user } = tenant();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 20 }), async name => {
        const record = callRecord(domain, user, START, { callId: newId<CallId>(START), aName: name });
        await ours.store.saveCallRecords([record], at(5, 0));
        const read = await ours.store.callHistory.byId(domain, record.call.callId);
        expect(read?.call.aName).toBe(name.toWellFormed().replaceAll('\0', ''));
      }),
      { numRuns: 40 },
    );
  });

  it('ADM-1 pages are newest first, without gaps or repeats, also when calls start in one millisecond and arrive meanwhile', async () => {
    const { domain, user } = tenant();
    const records = Array.from({ length: 25 }, (_, n) => callRecord(domain, user, START + Math.floor(n / 5)));
    await ours.store.saveCallRecords(records, at(6, 0));
    const seen: CallId[] = [];
    for (;;) {
      const lastSeen = records.find(record => record.call.callId === seen.at(-1))?.call;
      const page = await ours.store.callHistory.page(domain, {
        limit: 4,
        ...(lastSeen
          ? { before: { startedAt: lastSeen.startedAt, callId: lastSeen.callId, ordinal: 0 } }
          : {}),
      });
      if (page.rows.length === 0) break;
      seen.push(...page.rows.map(call => call.callId));
      await ours.store.saveCallRecords(
        [callRecord(domain, user, START + 60_000 + seen.length)],
        at(7, seen.length),
      );
    }
    const expected = records
      .map(record => record.call)
      .sort((a, b) => b.startedAt - a.startedAt || (a.callId < b.callId ? 1 : -1))
      .map(call => call.callId);
    expect(seen).toEqual(expected);
  });

  it('another tenant’s call does not exist', async () => {
    const { domain, user } = tenant();
    const record = callRecord(domain, user, START);
    await ours.store.saveCallRecords([record], at(8, 0));
    const stranger = newId<DomainId>(START);
    expect(await ours.store.callHistory.byId(stranger, record.call.callId)).toBeNull();
    expect(await ours.store.callHistory.page(stranger, { limit: 10 })).toEqual({ rows: [], more: false });
  });

  it('a page is read from its index, whatever the number of tenants', async () => {
    const { domain, user } = tenant();
    const others = Array.from({ length: 2_000 }, (_, n) =>
      callRecord(newId<DomainId>(START + n), user, START + n),
    );
    await ours.store.saveCallRecords(others, at(9, 0));
    await asOwner(ours.ownerUrl, 'ANALYZE call');
    const plan = await asOwner(
      ours.ownerUrl,
      `EXPLAIN SELECT * FROM call WHERE domain_id = $1 AND (started_at, call_id) < (now(), $1)
        ORDER BY started_at DESC, call_id DESC LIMIT 50`,
      [domain],
    );
    const text = plan.map(row => String(row['QUERY PLAN'])).join('\n');
    expect(text).toMatch(/Index Scan using call_(page|text)/);
    expect(text).not.toMatch(/Sort|Seq Scan/);
  });

  it('the application may add no call and change none', async () => {
    const privileges = await asOwner(
      ours.ownerUrl,
      `SELECT t, p FROM unnest(ARRAY['call', 'call_leg', 'call_party']) t,
              unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) p
        WHERE has_table_privilege('kommutator_app', t, p)`,
    );
    expect(privileges).toEqual([]);
  });
});

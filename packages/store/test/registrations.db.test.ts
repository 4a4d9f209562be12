import { newId, VirtualClock } from '@kommutator/base';
import type { RegistrationRecord } from '@kommutator/model/events';
import type { UserId } from '@kommutator/model/ids';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoStore, demoStore, must } from './support/demo-store.ts';

describe('registrations', () => {
  const clock = new VirtualClock();
  let ours: DemoStore;
  const binding = (login: string, changes: Partial<RegistrationRecord> = {}): RegistrationRecord => ({
    domain: ours.demo.id,
    user: must(ours.demo.users.find(user => user.login === login)).id,
    login,
    contact: `sip:${login}@192.0.2.10:5062;ob`,
    instance: '<urn:uuid:00000000-0000-1000-8000-000A95A0E128>',
    protocol: 'tls',
    sourceAddress: '2001:db8::10',
    sourcePort: 50_123,
    callId: 'abc@192.0.2.10',
    cseq: 4_294_967_295,
    path: ['<sip:edge1.example;lr>', '<sip:"o,b{j}ects">'],
    userAgent: 'Phone "A", {1}',
    q: 1000,
    registeredAt: clock.wall(),
    expiresAt: clock.wall() + 3_600_000,
    ...changes,
  });

  beforeAll(async () => {
    ours = await demoStore(clock);
  });
  afterAll(() => ours.close());

  it('come back as they were saved, until they expire or are removed', async () => {
    const [anna, boris] = [binding('anna'), binding('boris', { expiresAt: clock.wall() + 60_000 })];
    await ours.store.saveRegistrations([anna, boris], []);
    expect(await ours.store.loadRegistrations()).toEqual([anna, boris]);
    await clock.advance(60_000);
    expect(await ours.store.loadRegistrations()).toEqual([anna]);
    await ours.store.saveRegistrations([], [anna]);
    expect(await ours.store.loadRegistrations()).toEqual([]);
  });

  it('a refresh replaces, an older one that arrives late does not', async () => {
    const first = binding('vera');
    const refreshed = binding('vera', { registeredAt: clock.wall() + 1_000, cseq: 2 });
    await ours.store.saveRegistrations([first, refreshed], []);
    await ours.store.saveRegistrations([first], []);
    const [found] = await ours.store.loadRegistrations();
    expect(found).toEqual(refreshed);
  });

  it('a binding of a user who is gone is dropped, the others of the batch are kept', async () => {
    const gone = binding('gleb', { user: newId<UserId>(clock.wall()) });
    await ours.store.saveRegistrations([gone, binding('boris')], []);
    const logins = (await ours.store.loadRegistrations()).map(record => record.login);
    expect(logins).toContain('boris');
    expect(logins).not.toContain('gleb');
  });
});

import { VirtualClock } from '@kommutator/base';
import type { RegistrationRecord } from '@kommutator/model/events';
import type { DomainId } from '@kommutator/model/ids';
import { Counter, Gauge } from 'prom-client';
import { describe, expect, it } from 'vitest';
import type { SignallingStatus } from '../src/ipc/signalling-words.ts';
import { HealthWatch } from '../src/office/health.ts';
import { renderMetrics } from '../src/office/metrics.ts';
import { RegistrationMirror } from '../src/office/registration-mirror.ts';
import { createRegistry, snapshotMetrics } from '../src/process/metrics.ts';
import { keptLog } from './support.ts';

const well: SignallingStatus = { ready: true, media: true, draining: false, overload: false, calls: 0 };

describe('health', () => {
  it('DESIGN §4 is ok only when signalling and media are alive', () => {
    const watch = new HealthWatch(new VirtualClock());
    expect(watch.current).toEqual({ status: 'unavailable', missing: ['signalling'] });
    watch.told(well);
    expect(watch.current).toEqual({ status: 'ok' });
    watch.told({ ...well, media: false, ready: false });
    expect(watch.current).toEqual({ status: 'unavailable', missing: ['sip', 'media'] });
    watch.told({ ...well, draining: true });
    expect(watch.current).toEqual({ status: 'unavailable', missing: ['draining'] });
    watch.told(well);
    watch.lost();
    expect(watch.current.status).toBe('unavailable');
  });

  it('fails when signalling hangs without dying', async () => {
    const clock = new VirtualClock();
    const watch = new HealthWatch(clock);
    watch.told(well);
    await clock.advance(3_500);
    expect(watch.current.status).toBe('ok');
    await clock.advance(1);
    expect(watch.current.status).toBe('unavailable');
  });
});

describe('metrics', () => {
  it('of all processes stand under one address, told apart by a label', async () => {
    const office = createRegistry('office', new VirtualClock());
    const signalling = createRegistry('signalling', new VirtualClock());
    new Gauge({ name: 'kommutator_calls', help: 'Calls', registers: [signalling] }).set(3);
    new Counter({ name: 'kommutator_shared', help: 'Both', registers: [signalling] }).inc(1);
    new Counter({ name: 'kommutator_shared', help: 'Both', registers: [office] }).inc(2);
    const { text, type } = await renderMetrics(office, [() => snapshotMetrics(signalling), async () => null]);
    expect(type).toContain('text/plain');
    expect(text).toContain('kommutator_calls{process="signalling"} 3');
    expect(text).toContain('kommutator_shared{process="signalling"} 1');
    expect(text).toContain('kommutator_shared{process="office"} 2');
    expect(text.match(/# TYPE kommutator_shared /g)).toHaveLength(1);
  });
});

describe('the copy of registrations in the database', () => {
  const record = (login: string, cseq = 1) =>
    ({ domain: 'd' as DomainId, login, contact: 'c', cseq, callId: 'x', expiresAt: 9 }) as RegistrationRecord;

  it('gets only what changed, removals included, and is asked for by revision', async () => {
    const saved: [string[], string[]][] = [];
    const asked: number[] = [];
    let now: { revision: number; records: RegistrationRecord[] } | null = null;
    const mirror = new RegistrationMirror({
      clock: new VirtualClock(),
      log: keptLog(),
      ask: async since => {
        asked.push(since);
        return now;
      },
      table: {
        loadRegistrations: async () => [record('old'), record('anna')],
        saveRegistrations: async (upserts, removals) => {
          saved.push([upserts.map(each => each.login), removals.map(each => each.login)]);
        },
      },
    });
    await mirror.copy();
    now = { revision: 5, records: [record('anna'), record('boris')] };
    await mirror.copy();
    now = { revision: 6, records: [record('anna', 2), record('boris')] };
    await mirror.copy();
    expect(saved).toEqual([
      [['boris'], ['old']],
      [['anna'], []],
    ]);
    expect(asked).toEqual([0, 0, 5]);
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CAUSES } from '@kommutator/model/cause';
import type { CallEvent, JournalRecord, Party } from '@kommutator/model/events';
import type { CallId, DomainId, LegId } from '@kommutator/model/ids';
import type { Log } from '@kommutator/telephony';
import { afterEach } from 'vitest';

const folders: string[] = [];
/** A folder that is gone after the test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'exchange-'));
  folders.push(path);
  return path;
}
afterEach(() => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
});

/** A log that keeps its lines. */
export function keptLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const at = (level: string) => (_fields: object, message: string) => void lines.push(`${level} ${message}`);
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

const DOMAIN = 'd1' as DomainId;
const anna: Party = { kind: 'user', number: '101', name: 'Анна' };

/** The journal of a short call from start to end; `upTo` leaves the rest out. */
export function callRecords(id: string, at = 1_000, upTo = 5): JournalRecord[] {
  const leg = `${id}-leg` as LegId;
  const events: CallEvent[] = [
    { type: 'call.started', direction: 'int', from: anna, dialled: '102', sipCallId: `${id}@phone` },
    { type: 'leg.started', leg, role: 'caller', party: anna, sipCallId: `${id}@phone` },
    { type: 'leg.answered', leg },
    { type: 'leg.ended', leg, cause: CAUSES.normal, by: 'remote' },
    { type: 'call.ended', by: 'caller', cause: CAUSES.normal },
  ];
  return events
    .slice(0, upTo)
    .map((event, seq) => ({ v: 1, call: id as CallId, domain: DOMAIN, seq, at: at + seq, event }));
}

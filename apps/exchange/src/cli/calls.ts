import type { CallId } from '@kommutator/model/ids';
import { renderProtocol } from '@kommutator/model/protocol';
import type { CallRecord, CallRow } from '@kommutator/model/record';
import type { CallSummary, Store } from '@kommutator/store';
import { printable } from '../process/printable.ts';
import { type Command, parseArguments, Refusal, UsageError } from './command.ts';
import { withStore } from './with-store.ts';

const LIMIT = 20;

const stamp = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ');
const nameOf = (number: string, name: string): string =>
  printable(name && name !== number ? `${number} ${name}` : number);

function rowLine(row: Omit<CallRow, 'protocol'>): string {
  const { callId, startedAt, kind, aNumber, aName, bNumber, bName, talkMs, sipStatus } = row;
  const from = nameOf(aNumber, aName).padEnd(24);
  const to = nameOf(bNumber, bName).padEnd(24);
  return `${callId}  ${stamp(startedAt)}  ${kind.padEnd(17)} ${from} ${to} ${(talkMs / 1000).toFixed(1).padStart(7)} s  ${sipStatus}`;
}

function recordLines({ call, legs }: CallRecord, language: 'ru' | 'en'): readonly string[] {
  const legLines = legs.map(leg => {
    const heard =
      leg.mos === null
        ? ''
        : `  from it: ${quality(leg.mos, leg.loss, leg.jitterMs)}${
            leg.farMos === null ? '' : `; to it: ${quality(leg.farMos, leg.farLoss, leg.farJitterMs)}`
          }${leg.rttMs === null ? '' : `; round trip ${leg.rttMs.toFixed(0)} ms`}`;
    return `  ${leg.role.padEnd(6)} ${leg.kind.padEnd(7)} ${leg.number.padEnd(16)} SIP ${leg.sipStatus}/${leg.q850}  Call-ID ${leg.sipCallId}${heard}`;
  });
  return [rowLine(call), '', ...renderProtocol(call.protocol, language), '', 'Legs:', ...legLines];
}

const quality = (mos: number, loss: number | null, jitterMs: number | null): string =>
  `MOS ${mos.toFixed(1)}, loss ${((loss ?? 0) * 100).toFixed(1)} %, jitter ${(jitterMs ?? 0).toFixed(1)} ms`;

async function lastCalls(
  store: Store,
  limit: number,
  name: string | undefined,
): Promise<readonly CallSummary[]> {
  const { domains } = await store.loadDirectory();
  const wanted = domains.filter(each => name === undefined || each.name === name.toLowerCase());
  if (wanted.length === 0) throw new Refusal(`There is no domain ${name ?? ''}.`);
  const pages = await Promise.all(wanted.map(({ id }) => store.callHistory.page(id, { limit })));
  return pages
    .flatMap(page => page.rows)
    .sort((a, b) => b.startedAt - a.startedAt)
    .slice(0, limit);
}

/** A call of whichever domain. */
export async function findCall(
  store: Store,
  id: string,
): Promise<{ readonly record: CallRecord; readonly language: 'ru' | 'en' } | null> {
  const { domains } = await store.loadDirectory();
  for (const domain of domains) {
    const record = await store.callHistory.byId(domain.id, id as CallId);
    if (!record) continue;
    return { record, language: (await store.loadDomain(domain.id))?.language ?? 'ru' };
  }
  return null;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The newest calls, or one with its protocol and legs. */
export const calls: Command = {
  usage: 'calls [<call-id>] [--limit <n>] [--domain <name>]',
  summary: 'the last calls; with an id the protocol of one',
  async run(args, context) {
    const { positional, options } = parseArguments(args, ['limit', 'domain']);
    const limit = options.limit === undefined ? LIMIT : Number(options.limit);
    if (!Number.isInteger(limit) || limit < 1 || limit > 500)
      throw new UsageError('--limit is a number from 1 to 500');
    const [id] = positional;
    if (id !== undefined && !UUID.test(id)) throw new UsageError(`«${id}» is not a call id`);
    await withStore(context, async store => {
      if (id === undefined) {
        for (const row of await lastCalls(store, limit, options.domain)) context.say(rowLine(row));
        return;
      }
      const found = await findCall(store, id);
      if (!found) throw new Refusal(`There is no call ${id} in the history.`);
      for (const line of recordLines(found.record, found.language)) context.say(line);
    });
    return 0;
  },
};

import type { Party, Wanted } from '@kommutator/model/events';
import type { UserId } from '@kommutator/model/ids';
import type { CallKind, CallPartyRow, CallRow } from '@kommutator/model/record';
import type { CallFacts } from './facts.ts';

type Note = CallPartyRow['note'];
type Peer = Pick<CallPartyRow, 'peerNumber' | 'peerName'>;

/** The call as each user, group and number of the domain has it in its own journal (ACC-32, GRP-8.8, GRP-24). */
export function partyRows(facts: CallFacts, call: CallRow): CallPartyRow[] {
  const row = (
    role: CallPartyRow['role'],
    subject: CallPartyRow['subject'],
    kind: CallKind,
    more: { readonly peer?: Peer; readonly talkMs?: number; readonly note?: Note } = {},
  ): CallPartyRow => ({
    callId: call.callId,
    domain: call.domain,
    role,
    subject,
    kind,
    ...(more.peer ?? { peerNumber: call.aNumber, peerName: call.aName }),
    startedAt: call.startedAt,
    talkMs: more.talkMs ?? call.talkMs,
    note: more.note ?? null,
  });
  const { started, answer } = facts;
  const rows: CallPartyRow[] = [];

  const callee: Peer = { peerNumber: call.bNumber, peerName: call.bName };
  if (started.from.user) rows.push(row('user', started.from.user, callersKind(call), { peer: callee }));
  if (call.numberId) {
    const outside = call.direction === 'out' ? { peer: callee } : {};
    rows.push(row('number', call.numberId, call.kind, outside));
  }

  for (const group of unique(facts.wanted, 'group')) {
    const note: Note = answer?.by ? { answeredBy: shown(answer.by) } : null;
    rows.push(row('group', group.group, answer ? 'group_answered' : 'group_missed', { note }));
  }

  const wanted = unique(facts.wanted, 'user');
  const pickedUpBy = answer && facts.pickup ? facts.pickup.by : null;
  for (const { user } of wanted) {
    // Not missed: somebody of his pickup group has the call (spec 00 §3.2).
    if (pickedUpBy) {
      const note = { pickedUpBy: shown(pickedUpBy) };
      rows.push(row('user', user, 'transferred', { talkMs: 0, note }));
    } else rows.push(row('user', user, answer ? 'in_answered' : 'in_missed'));
  }

  const who = answer?.by?.user;
  if (who && !wanted.some(({ user }) => user === who)) {
    const note = pickedUpBy ? { pickedUpFrom: originalName(facts) } : null;
    rows.push(row('user', who, 'in_answered', { note }));
  }
  return [...rows, ...forwardedRows(facts, row)];
}

/** A contact number outside that answered: its owner has had the call, and an outgoing leg was paid for it (USR-49.4). */
function forwardedRows(
  { answer, legs, wanted, pickup }: CallFacts,
  row: (role: 'user', subject: UserId, kind: CallKind, more?: { readonly peer: Peer }) => CallPartyRow,
): CallPartyRow[] {
  const owner = answer?.target?.user;
  const leg = answer?.leg ? legs.get(answer.leg) : undefined;
  if (!answer?.by || !owner || pickup || leg?.started.via !== 'forwarding') return [];
  const peer: Peer = { peerNumber: answer.by.number, peerName: answer.by.name };
  const forwarded = row('user', owner, 'out_forwarded', { peer });
  const known = unique(wanted, 'user').some(({ user }) => user === owner);
  return known ? [forwarded] : [row('user', owner, 'in_answered'), forwarded];
}

function callersKind({ direction, answeredAt }: CallRow): CallKind {
  if (direction === 'out') return answeredAt === null ? 'out_failed' : 'out_answered';
  return answeredAt === null ? 'internal_failed' : 'internal_answered';
}

/** Whose call was picked up. */
function originalName({ pickup, wanted, legs }: CallFacts): string {
  const original = pickup?.user ?? null;
  for (const what of unique(wanted, 'user'))
    if (original === null || what.user === original) return what.name;
  for (const { started } of legs.values()) {
    if (original !== null && started.party.user === original) return shown(started.party);
  }
  return wanted.find(what => what.kind === 'group')?.name ?? '';
}

/** What was wanted of one kind, each once. */
function unique<Kind extends 'user' | 'group'>(
  wanted: readonly Wanted[],
  kind: Kind,
): Extract<Wanted, { kind: Kind }>[] {
  const seen = new Set<string>();
  return wanted.filter((what): what is Extract<Wanted, { kind: Kind }> => {
    if (what.kind !== kind) return false;
    const id = what.kind === 'user' ? what.user : what.kind === 'group' ? what.group : '';
    return seen.size < seen.add(id).size;
  });
}

const shown = (party: Party): string => party.name || party.number;

import type { Wanted } from '@kommutator/model/events';
import { type CallKind, type CallRow, callKind } from '@kommutator/model/record';
import type { CallFacts } from './facts.ts';
import { protocol } from './protocol.ts';

/** The row of the domain's history (ADM-1): one call as its initiator sees it. */
export function callRow(facts: CallFacts): CallRow {
  const { opening, started, answer, end } = facts;
  const called = calledParty(facts);
  return {
    callId: opening.call,
    domain: opening.domain,
    direction: started.direction,
    kind: kindOf(facts),
    aNumber: started.from.number,
    aName: started.from.name,
    bNumber: called.number,
    bName: called.name,
    numberId: started.number?.id ?? null,
    line: started.number?.digits ?? null,
    startedAt: opening.at,
    answeredAt: answer?.at ?? null,
    endedAt: end.at,
    talkMs: answer ? Math.max(0, end.at - answer.at) : 0,
    sipStatus: end.cause.sip,
    q850: end.cause.q850,
    endedBy: end.by,
    protocol: protocol(facts),
  };
}

const kindOf = ({ started, wanted, answer }: CallFacts): CallKind =>
  callKind({
    direction: started.direction,
    ownNumber: started.number !== undefined,
    toGroup: wanted.at(-1)?.kind === 'group',
    answered: answer !== null,
  });

/** Who was to be reached: the object of the rule by name and number, else what was called. */
function calledParty({ started, wanted, forbidden }: CallFacts): { number: string; name: string } {
  const what = wanted.at(-1);
  const name = what ? nameOf(what) : '';
  const ours = started.direction === 'out' ? undefined : started.number?.digits;
  if (started.direction === 'int' && ours !== undefined) return { number: ours, name };
  const number = what && what.number !== '' ? what.number : (forbidden ?? ours ?? started.dialled);
  return { number, name };
}

const nameOf = (what: Wanted): string => ('name' in what ? what.name : '');

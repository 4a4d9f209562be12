import type { CallEvent, Party, Wanted } from '@kommutator/model/events';
import type { LegId } from '@kommutator/model/ids';
import { PROTOCOL_TEXTS, type ProtocolKey } from '@kommutator/model/protocol';
import type { ProtocolLine } from '@kommutator/model/record';
import type { CallFacts } from './facts.ts';

/** What one event says, before it has a time. */
interface Said {
  readonly key: ProtocolKey;
  readonly object: string;
  readonly params?: ProtocolLine['params'];
  /** Differs from the key's own where the same fact is of less interest. */
  readonly level?: ProtocolLine['level'];
}

/** «Протокол вызова» (ADM-4): offsets from the first INVITE, never going back even where the wall clock did. */
export function protocol(facts: CallFacts): ProtocolLine[] {
  const { opening, records, end } = facts;
  const lines: ProtocolLine[] = [];
  let offset = 0;
  const add = (at: number, said: Said | null) => {
    offset = Math.max(offset, at - opening.at);
    if (said) lines.push(line(offset, said));
  };
  for (const { at, event } of records) add(at, sayOf(event, facts));
  const { sip, q850 } = end.cause;
  add(end.at, { key: `ended.${end.by}`, object: '', params: { sip, q850 } });
  return lines;
}

const line = (offset: number, { key, object, params, level }: Said): ProtocolLine => ({
  offset,
  key,
  params: params ?? {},
  object,
  level: level ?? PROTOCOL_TEXTS[key].level,
});

const say = (key: ProtocolKey, object = '', params?: ProtocolLine['params']): Said =>
  params ? { key, object, params } : { key, object };

function sayOf(event: CallEvent, facts: CallFacts): Said | null {
  switch (event.type) {
    case 'call.started':
      return opening(event);
    case 'route.rule':
      return say('route.rule', '', { priority: event.priority });
    case 'route.none':
    case 'route.end':
    case 'outgoingNumber.none':
    case 'group.noAlgorithm':
      return say(event.type);
    case 'route.unsupported':
      return say('route.unsupported', event.target);
    case 'channel.none':
      return say(event.way === 'incoming' ? 'channel.noneIncoming' : 'channel.noneOutgoing');
    case 'direction.forbidden':
    case 'number.unknown':
      return say(event.type, event.number);
    case 'wanted':
      return aim(event.what);
    case 'level.started':
      return say('level.started', '', { level: event.level + 1 });
    case 'leg.ringing': {
      const leg = facts.legs.get(event.leg)?.started;
      return leg?.role === 'target' ? say('leg.ringing', leg.party.number) : null;
    }
    case 'target.rang':
      return say(event.rule ? 'contact.called' : 'number.called', event.number);
    case 'target.skipped':
      return skipped(event, facts);
    case 'target.result':
      return result(event);
    case 'pickup':
      return say('pickup', shown(event.by));
    case 'talk.started':
      return say('answer', shown(event.answeredBy));
    case 'service.started':
      return say('answer', event.service);
    case 'talk.ended':
      return say('talk.ended');
    case 'media.failed':
      return say(`media.${event.why}`, whose(event.leg, facts));
    case 'hold.started':
      return say('talk.hold', whose(event.leg, facts));
    case 'hold.ended':
      return say('talk.unhold', whose(event.leg, facts));
    case 'leg.started':
    case 'leg.answered':
    case 'leg.ended':
    case 'leg.quality':
    case 'leg.kept':
    case 'call.ended':
      return null;
  }
}

function opening(event: Extract<CallEvent, { type: 'call.started' }>): Said {
  const called = event.number?.digits ?? event.dialled;
  if (event.direction === 'in') return say('call.incoming', called);
  return event.direction === 'out' ? say('call.outgoing', event.dialled) : say('call.internal', called);
}

/** A public number is named by the line of the outgoing call already. */
function aim(what: Wanted): Said | null {
  switch (what.kind) {
    case 'user':
      return say('to.user', what.name || what.number);
    case 'group':
      return say('to.group', what.name || what.number);
    case 'service':
      return say('to.service', what.number);
    case 'number':
      return null;
  }
}

/** In a user's own outgoing call the skipped number is the call itself, and a line of its own says why. */
function skipped({ why, number }: Extract<CallEvent, { type: 'target.skipped' }>, facts: CallFacts): Said {
  if (why === 'restricted') return say('direction.forbidden', number);
  if (why === 'noMoney') return say('money.none', number);
  const own = facts.started.direction === 'out' && why === 'noChannel';
  return { ...say(`skipped.${why}`, number), ...(own && { level: 'detail' }) };
}

/** The answer and the pickup have lines of their own. */
function result({ result, number }: Extract<CallEvent, { type: 'target.result' }>): Said | null {
  return result === 'answered' || result === 'pickedUp' ? null : say(`target.${result}`, number);
}

/** The party at the far end of a leg. */
function whose(leg: LegId, facts: CallFacts): string {
  const party = facts.legs.get(leg)?.started.party;
  return party ? shown(party) : '';
}

const shown = (party: Party): string => party.name || party.number;

import type { CallEvent } from '@kommutator/model/events';
import {
  IncomingCall,
  type OutgoingCall,
  type Phone,
  type VirtualExchange,
} from '../../src/testing/index.ts';

/** The phones of these logins, registered; a missing one would be a mistake of the test. */
export async function phonesOf<const L extends readonly string[]>(
  x: VirtualExchange,
  ...logins: L
): Promise<{ [I in keyof L]: Phone }> {
  return (await x.registered(...logins)) as { [I in keyof L]: Phone };
}

/** Calls, lets everything settle that needs no time, and gives the call. */
export async function dials(x: VirtualExchange, phone: Phone, number: string): Promise<OutgoingCall> {
  const call = await phone.calls(number);
  await x.settles();
  return call;
}

/** The events of one type of the latest call. */
export function noted<T extends CallEvent['type']>(
  x: VirtualExchange,
  type: T,
): readonly Extract<CallEvent, { type: T }>[] {
  return x.journal
    .eventsOf()
    .filter((event): event is Extract<CallEvent, { type: T }> => event.type === type);
}

/** A header field of the latest INVITE as it arrived. */
export const header = ({ call }: Phone, name: string): string | undefined =>
  call instanceof IncomingCall ? call.invite.headers.get(name) : undefined;

/** What goes on now, as reading use-cases ask for it. */
import type { CallId, DomainId, UserId } from '@kommutator/model/ids';
import type { LiveCall, Presence } from '@kommutator/model/live';

/** A call with everybody who has been in it. */
export interface GoingCall {
  readonly call: LiveCall;
  readonly participants: ReadonlySet<UserId>;
}

export interface LiveView {
  /** Oldest first. */
  calls(domain: DomainId): readonly GoingCall[];
  call(domain: DomainId, id: CallId): GoingCall | null;
  presence(domain: DomainId, user: UserId): Presence;
}

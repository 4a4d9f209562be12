import { CAUSES } from '@kommutator/model/cause';
import { stripDialled } from '@kommutator/model/numbers';
import { isEmergency } from '@kommutator/model/restrictions';
import { type InviteServer, parseUri } from '@kommutator/sip';
import { refusalHeaders } from './causes.ts';

/** Seconds after which a refused peer may try again (RFC 3261 §20.33): a drained node is restarted. */
const AFTER_DRAIN = 60;

/** The door for new calls: shut under overload and while draining (DESIGN §2 «Overload»). What goes on already passes. */
export class Gate {
  overload = false;
  draining = false;
  #shed = 0;

  get shut(): boolean {
    return this.overload || this.draining;
  }

  /** New calls refused since the start. */
  get shed(): number {
    return this.#shed;
  }

  /**
   * Refuses a new call before any work, unless the number called may be an emergency. In some domain 101–104 are
   * internal numbers, so who passes is asked again when it is known whose call it is.
   * @returns whether it was refused.
   */
  stops(invite: InviteServer): boolean {
    if (!this.shut || isEmergency(stripDialled(parseUri(invite.request.uri)?.user ?? ''))) return false;
    this.refuse(invite);
    return true;
  }

  /** 503 with Retry-After. */
  refuse(invite: InviteServer): void {
    this.#shed++;
    const headers = refusalHeaders(CAUSES.overload, this.draining ? AFTER_DRAIN : undefined);
    // Repeating the answer would be more of the load that is too much.
    invite.refuse(503, { headers, once: true });
  }
}

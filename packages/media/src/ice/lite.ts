import type { Ms } from '@kommutator/base';
import type { Source } from '../rtp/latch.ts';
import { BINDING, bindingError, bindingSuccess, readStun } from './stun.ts';

/** What both sides must know to check a path; written into SDP (RFC 8839). */
export interface IceCredentials {
  readonly ufrag: string;
  readonly password: string;
}

/** Paths of one peer that are remembered: a browser with three networks and a relay has fewer. */
const MOST_PATHS = 8;
/** RFC 7675 §5.1: consent is given by each check, for so long. */
const CONSENT: Ms = 30_000;
/** Checks answered between two sweeps: a browser sends one in 50 ms for each pair at the most. */
const BUDGET = 100;

interface Path extends Source {
  readonly priority: number;
  nominated: boolean;
  at: Ms;
}

/**
 * ICE for a server whose address everybody reaches (RFC 8445 §2.5, «lite»): it answers the browser's checks and sends
 * where the browser says. A check counts when it is signed with our password and names us; everybody else is ignored.
 */
export class IceLite {
  /** Packets that were no check of the peer's. */
  refused = 0;
  #local: IceCredentials | undefined;
  #remote: string | undefined;
  #paths: Path[] = [];
  #selected: Path | undefined;
  #budget = BUDGET;

  /** New credentials begin a new session (RFC 8445 §9); until its first path is found the old one carries on. */
  expect(local: IceCredentials, remoteUfrag: string): void {
    if (this.#local?.ufrag === local.ufrag && this.#remote === remoteUfrag) return;
    this.#local = local;
    this.#remote = remoteUfrag;
    for (const path of this.#paths) path.nominated = false;
  }

  /** Where to send; undefined before the first good check, and when consent has run out. */
  get selected(): Source | undefined {
    return this.#selected;
  }

  /** Has this address shown that it is the peer's? */
  knows(address: string, port: number): boolean {
    return this.#find(address, port) !== undefined;
  }

  /**
   * A STUN packet.
   * @returns what to send back to where it came from; undefined for what is to be ignored.
   */
  receive(packet: Buffer, address: string, port: number, now: Ms): Buffer | undefined {
    const local = this.#local;
    const message = readStun(packet);
    if (!local || !message || --this.#budget < 0) return this.#ignore();
    if (message.type === BINDING.indication) return undefined;
    if (message.type !== BINDING.request) return this.#ignore();
    if (message.username !== `${local.ufrag}:${this.#remote}` || !message.isFrom(local.password))
      return this.#ignore();
    const { transaction, unknown } = message;
    if (unknown.length > 0) return bindingError(transaction, 420, local.password, unknown);
    // We never control: who thinks he is controlled must change (RFC 8445 §7.3.1.1).
    if (message.role === 'controlled') return bindingError(transaction, 487, local.password);
    this.#checked({ address, port }, message.priority, message.useCandidate, now);
    return bindingSuccess(transaction, { address, port }, local.password);
  }

  /** An authentic packet came from there: if it is a known path, the peer has moved to it. */
  heardFrom(address: string, port: number): void {
    const selected = this.#selected;
    if (selected && selected.port === port && selected.address === address) return;
    const path = this.#find(address, port);
    if (path) this.#selected = path;
  }

  /** Twice a second: paths whose consent has run out are gone. @returns whether the selected one was among them. */
  sweep(now: Ms): boolean {
    this.#budget = BUDGET;
    if (this.#paths.every(path => now - path.at < CONSENT)) return false;
    this.#paths = this.#paths.filter(path => now - path.at < CONSENT);
    if (!this.#selected || this.#paths.includes(this.#selected)) return false;
    this.#selected = this.#paths.find(path => path.nominated);
    return this.#selected === undefined;
  }

  #checked(from: Source, priority: number, nominated: boolean, now: Ms): void {
    let path = this.#find(from.address, from.port);
    if (path) path.at = now;
    else {
      path = { ...from, priority, nominated: false, at: now };
      this.#paths.push(path);
      if (this.#paths.length > MOST_PATHS) this.#forgetOne();
    }
    if (nominated && !path.nominated) {
      path.nominated = true;
      // Of several nominated ones the one the peer likes best (RFC 5245 §8.1.1.2).
      if (!this.#selected?.nominated || path.priority >= this.#selected.priority) this.#selected = path;
    }
    this.#selected ??= path;
  }

  /** The path checked longest ago that is not in use. */
  #forgetOne(): void {
    const others = this.#paths.filter(path => path !== this.#selected);
    const oldest = others.reduce((a, b) => (b.at < a.at ? b : a));
    this.#paths = this.#paths.filter(path => path !== oldest);
  }

  #find(address: string, port: number): Path | undefined {
    return this.#paths.find(path => path.port === port && path.address === address);
  }

  #ignore(): undefined {
    this.refused++;
    return undefined;
  }
}

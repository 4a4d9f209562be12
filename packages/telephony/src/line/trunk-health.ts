import type { Clock, Ms, Timer } from '@kommutator/base';
import type { Peer, SipStack } from '@kommutator/sip';
import type { Log } from '../ports.ts';
import type { DestinationPlace } from './destination-place.ts';

const INTERVAL: Ms = 30_000;
/** While its state is about to change, a destination is asked more often. */
const DOUBT_INTERVAL: Ms = 5_000;
/** So many pings in a row must say the same before the state changes: one lost datagram is no outage. */
const HYSTERESIS = 2;

export interface HealthDeps {
  readonly clock: Clock;
  readonly sip: SipStack;
  readonly log: Log;
}

/** Whether one destination of a trunk answers: OPTIONS every 30 s. Up until proven otherwise. */
export class DestinationHealth {
  readonly #deps: HealthDeps;
  readonly #place: DestinationPlace;
  readonly #abort = new AbortController();
  #timer: Timer | null = null;
  #up = true;
  #contrary = 0;

  constructor(deps: HealthDeps, place: DestinationPlace) {
    this.#deps = deps;
    this.#place = place;
    this.#ping();
  }

  get up(): boolean {
    return this.#up;
  }

  close(): void {
    this.#abort.abort();
    this.#timer?.cancel();
  }

  #ping(): void {
    const { sip } = this.#deps;
    const { peer, host } = this.#place;
    if (!peer) {
      this.#wait();
      return;
    }
    const uri = `sip:${host}`;
    const init = { method: 'OPTIONS', uri, from: '<sip:ping@anonymous.invalid>', to: `<${uri}>` };
    void sip.request(init, peer, this.#abort.signal).then(
      ({ status }) => this.#answered(peer, status),
      () => undefined,
    );
  }

  /** Any answer but "no answer" and "not now" shows that calls may be tried. */
  #answered(peer: Peer, status: number): void {
    if (this.#abort.signal.aborted) return;
    const alive = status !== 408 && status !== 503;
    if (!alive) this.#place.failed(peer);
    this.#contrary = alive === this.#up ? 0 : this.#contrary + 1;
    if (this.#contrary >= HYSTERESIS) {
      this.#up = alive;
      this.#contrary = 0;
      const fields = { destination: this.#place.host, status };
      if (alive) this.#deps.log.info(fields, 'trunk destination answers again');
      else this.#deps.log.error({ ...fields, alarm: true }, 'trunk destination does not answer');
    }
    this.#wait();
  }

  #wait(): void {
    const doubtful = this.#contrary > 0 || !this.#place.peer;
    const delay = doubtful ? DOUBT_INTERVAL : INTERVAL;
    this.#timer = this.#deps.clock.after(delay, () => this.#ping());
  }
}

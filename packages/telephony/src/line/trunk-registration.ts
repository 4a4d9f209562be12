import type { Clock, Ms, Timer } from '@kommutator/base';
import type { TrunkConfig } from '@kommutator/model/config';
import {
  answerChallenge,
  createRequest,
  createResponse,
  type HeaderList,
  type Listening,
  NonceCount,
  type Peer,
  parseNameAddr,
  parseUri,
  type RandomBytes,
  type SipResponse,
  type SipStack,
} from '@kommutator/sip';
import type { Log } from '../ports.ts';
import type { DestinationPlace } from './destination-place.ts';
import { readSeconds } from './register-request.ts';

/** First pause after a failure and the longest; it doubles in between (RFC 5626 §4.5). */
const FIRST_PAUSE: Ms = 30_000;
const LONGEST_PAUSE: Ms = 1_800_000;
const UNREGISTER = 0;

export interface RegistrationDeps {
  readonly clock: Clock;
  readonly sip: SipStack;
  readonly log: Log;
  readonly random: () => number;
  readonly randomBytes: RandomBytes;
  /** Opens the sealed password. */
  readonly open: (sealed: string) => string;
}

type Settings = NonNullable<TrunkConfig['registration']>;

/** Answers a carrier's challenge with the account of the trunk, once per request (RFC 3261 §22.2, §22.3). */
export class TrunkAccount {
  readonly #settings: Settings;
  readonly #deps: Pick<RegistrationDeps, 'open' | 'randomBytes'>;
  readonly #nonceCount = new NonceCount();

  constructor(settings: Settings, deps: Pick<RegistrationDeps, 'open' | 'randomBytes'>) {
    this.#settings = settings;
    this.#deps = deps;
  }

  /** The header field for the repeated request; null when the challenge is of a kind or realm we have no account for. */
  answer(response: SipResponse, method: string, uri: string): readonly [name: string, value: string] | null {
    const proxy = response.status === 407;
    const { username, realm, secret } = this.#settings;
    const all = response.headers.all(proxy ? 'Proxy-Authenticate' : 'WWW-Authenticate');
    const challenges = realm === null ? all : all.filter(value => value.includes(`"${realm}"`));
    const value = answerChallenge({
      challenges,
      username,
      password: this.#deps.open(secret),
      method,
      uri,
      nonceCount: this.#nonceCount,
      random: this.#deps.randomBytes,
    });
    return value === null ? null : [proxy ? 'Proxy-Authorization' : 'Authorization', value];
  }
}

/** Keeps one trunk registered with its carrier (RFC 3261 §10.2): refreshed at 50–90 % of the time granted. */
export class TrunkRegistration {
  readonly #deps: RegistrationDeps;
  readonly #settings: Settings;
  readonly #place: DestinationPlace;
  readonly #account: TrunkAccount;
  readonly #abort = new AbortController();
  readonly #callId: string;
  #cseq = 0;
  #expires: number;
  #pause = FIRST_PAUSE;
  #timer: Timer | null = null;
  #registered = false;
  /** Where the last request went. */
  #asked: Peer | null = null;

  constructor(deps: RegistrationDeps, settings: Settings, place: DestinationPlace, account: TrunkAccount) {
    this.#deps = deps;
    this.#settings = settings;
    this.#place = place;
    this.#account = account;
    this.#expires = settings.expires;
    this.#callId = Buffer.from(deps.randomBytes(18)).toString('base64url');
    void this.#register();
  }

  get registered(): boolean {
    return this.#registered;
  }

  /** Stops refreshing and, when registered, takes the contact back without waiting for the answer. */
  close(): void {
    this.#timer?.cancel();
    this.#abort.abort();
    if (this.#registered) void this.#exchange(UNREGISTER);
    this.#registered = false;
  }

  async #register(): Promise<void> {
    const { signal } = this.#abort;
    const response = await this.#exchange(this.#expires, signal);
    if (signal.aborted || !response) return;
    if (response.status === 423) this.#tooBrief(response);
    else if (response.status >= 200 && response.status < 300) this.#accepted(response);
    else this.#failed(response.status);
  }

  /** One REGISTER, and a second one with credentials where the carrier asks for them. Null when aborted. */
  async #exchange(expires: number, signal?: AbortSignal): Promise<SipResponse | null> {
    const response = await this.#send(expires, [], signal);
    if (response?.status !== 401 && response?.status !== 407) return response;
    const answer = this.#account.answer(response, 'REGISTER', this.#uri);
    return answer ? this.#send(expires, [answer], signal) : response;
  }

  get #uri(): string {
    return `sip:${parseUri(this.#settings.aor)?.host ?? this.#place.host}`;
  }

  async #send(expires: number, more: HeaderList, signal?: AbortSignal): Promise<SipResponse | null> {
    const { aor } = this.#settings;
    const { peer } = this.#place;
    this.#asked = peer;
    if (!peer) return createResponse(createRequest('REGISTER', this.#uri), 503);
    const init = {
      method: 'REGISTER',
      uri: this.#uri,
      from: `<${aor}>`,
      to: `<${aor}>`,
      callId: this.#callId,
      cseq: ++this.#cseq,
      headers: [
        ['Contact', contactFor(this.#deps.sip.local(peer), this.#settings.username)],
        ['Expires', String(expires)],
        ...more,
      ] as HeaderList,
    };
    return this.#deps.sip.request(init, peer, signal).catch(() => null);
  }

  #accepted(response: SipResponse): void {
    if (!this.#registered) this.#deps.log.info({ aor: this.#settings.aor }, 'trunk registered');
    this.#registered = true;
    this.#pause = FIRST_PAUSE;
    const granted = grantedSeconds(response, this.#settings.username) ?? this.#expires;
    this.#again(granted * 1000 * (0.5 + 0.4 * this.#deps.random()));
  }

  /** 423: what the carrier asks for is sent at once (RFC 3261 §10.2.8); the same again would be a loop. */
  #tooBrief(response: SipResponse): void {
    const least = readSeconds(response.headers.get('Min-Expires'));
    if (least === null || least <= this.#expires) {
      this.#failed(423);
      return;
    }
    this.#expires = least;
    void this.#register();
  }

  #failed(status: number): void {
    this.#deps.log.error(
      { aor: this.#settings.aor, status, alarm: this.#registered },
      'trunk registration failed',
    );
    this.#registered = false;
    if (this.#asked && (status === 408 || status === 503)) this.#place.failed(this.#asked);
    this.#again(this.#pause * (0.75 + 0.5 * this.#deps.random()));
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  #again(delay: Ms): void {
    this.#timer = this.#deps.clock.after(delay, () => void this.#register());
  }
}

function contactFor({ advertised, port, protocol }: Listening, user: string): string {
  const host = advertised.includes(':') ? `[${advertised}]` : advertised;
  return `<sip:${user}@${host}:${port}${protocol === 'udp' ? '' : `;transport=${protocol}`}>`;
}

/** Seconds granted to our contact, else to the registration at all. */
function grantedSeconds({ headers }: SipResponse, user: string): number | null {
  const contacts = headers.all('Contact').map(parseNameAddr);
  const own = contacts.find(contact => contact?.uri.user === user) ?? contacts[0];
  return readSeconds(own?.params.expires) ?? readSeconds(headers.get('Expires'));
}

import { randomBytes } from 'node:crypto';
import { answerChallenge, NonceCount, type SipResponse } from '@kommutator/sip';

export interface Account {
  readonly username: string;
  readonly password: string;
}

/** A phone's answers to 401 and 407 (RFC 3261 §22). */
export class Credentials {
  readonly #account: Account;
  readonly #count = new NonceCount();

  constructor(account: Account) {
    this.#account = account;
  }

  /** The header field of the repeated request; null when the response is no challenge we can answer. */
  answer(response: SipResponse, method: string, uri: string): readonly [string, string] | null {
    const proxy = response.status === 407;
    if (!proxy && response.status !== 401) return null;
    const value = answerChallenge({
      challenges: response.headers.all(proxy ? 'Proxy-Authenticate' : 'WWW-Authenticate'),
      ...this.#account,
      method,
      uri,
      nonceCount: this.#count,
      random: size => randomBytes(size),
    });
    return value === null ? null : [proxy ? 'Proxy-Authorization' : 'Authorization', value];
  }
}

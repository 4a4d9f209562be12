import { isIP } from 'node:net';
import { err, ok, type Result, secureBytes } from '@kommutator/base';
import type { Secure } from '@kommutator/media';
import {
  type AudioDescription,
  type CryptoLine,
  type DtlsDescription,
  type LocalProtection,
  type Peer,
  protectionOf,
  type Setup,
} from '@kommutator/sip';
import type { MediaAddress } from './leg-media.ts';

type Sdes = Extract<Secure, { by: 'sdes' }>;
type Dtls = Extract<Secure, { by: 'dtls' }>;

/** Suites of SDES and the bytes of their keys with salt, in the order we offer them: what every phone has comes first. */
const SUITES: ReadonlyMap<string, { readonly suite: Sdes['suite']; readonly bytes: number }> = new Map([
  ['AES_CM_128_HMAC_SHA1_80', { suite: 'AES_CM_128_HMAC_SHA1_80', bytes: 30 }],
  ['AES_CM_128_HMAC_SHA1_32', { suite: 'AES_CM_128_HMAC_SHA1_32', bytes: 30 }],
  ['AEAD_AES_128_GCM', { suite: 'AEAD_AES_128_GCM', bytes: 28 }],
]);

/**
 * How one leg's media is protected: as browsers do (DTLS-SRTP with ICE), by keys in SDP where signalling is secret, or
 * not at all. A leg that began as a browser's stays one.
 */
export class Protection {
  /** What the endpoint is opened as; a caller's offer decides, until then it is what his transport suggests. */
  #browser: boolean;
  readonly #secret: boolean;
  /** Our keys by suite: one for the life of the leg, whoever asks. */
  readonly #keys = new Map<string, string>();
  #crypto: { readonly line: CryptoLine; readonly theirs: string; readonly suite: Sdes['suite'] } | null =
    null;
  #dtls: DtlsDescription | null = null;
  #ice = freshCredentials();
  #role: Dtls['role'] = 'server';
  #begun = false;
  /** An offer of plain RTP with keys was refused: the phone wants SRTP or nothing. */
  #insists = false;
  #tried = false;

  constructor(peer: Pick<Peer, 'protocol'>) {
    this.#browser = peer.protocol === 'ws' || peer.protocol === 'wss';
    this.#secret = peer.protocol === 'tls' || peer.protocol === 'wss';
  }

  /** Of a leg whose endpoint lives on after a restart of ours. */
  static restore(secure: Secure | undefined): Protection {
    const secret = secure?.by === 'sdes';
    const protection = new Protection({ protocol: secret ? 'tls' : secure ? 'wss' : 'udp' });
    protection.#begun = true;
    if (secure?.by === 'sdes') {
      const { suite, send: key, receive: theirs } = secure;
      protection.#keys.set(suite, key);
      protection.#crypto = { line: { tag: 1, suite, key }, theirs, suite };
    } else if (secure) {
      const { fingerprints, ice, role } = secure;
      const setup = role === 'server' ? 'active' : 'passive';
      protection.#role = role;
      protection.#ice = ice.local;
      protection.#dtls = { fingerprints, setup, ice: { ufrag: ice.remote, password: '' } };
    }
    return protection;
  }

  /**
   * Our first offer was refused with 488. A client on a WebSocket that is no browser is offered plain RTP, a phone over TLS
   * that insists on SRTP nothing else. @returns null when there is nothing else to offer.
   */
  otherwise(): 'same endpoint' | 'other endpoint' | null {
    if (this.#begun || this.#tried || (!this.#browser && !this.#secret)) return null;
    this.#tried = true;
    this.#insists = !this.#browser;
    const another = this.#browser ? 'other endpoint' : 'same endpoint';
    this.#browser = false;
    return another;
  }

  get as(): 'rtp' | 'webrtc' {
    return this.#browser ? 'webrtc' : 'rtp';
  }

  /** Takes what an offer of theirs says. @returns an error when we cannot do the same: 488. */
  accept(audio: AudioDescription): Result<null, 'unprotected'> {
    const kind = protectionOf(audio);
    const crypto = this.#secret ? (audio.crypto.find(({ suite, key }) => fits(suite, key)) ?? null) : null;
    // RFC 4568 §5: keys in SDP that others can read protect nothing.
    if (!kind || (kind === 'sdes' && !crypto) || (this.#begun && this.#browser !== (kind === 'dtls')))
      return err('unprotected');
    this.#begun = true;
    this.#browser = kind === 'dtls';
    this.#crypto = crypto && kind !== 'dtls' ? this.#keyed(crypto, crypto.tag) : null;
    if (kind === 'dtls') this.#describe(audio.dtls ?? null, true);
    return ok(null);
  }

  /** Takes what their answer to our offer says. @returns false when it cannot be. */
  conclude(audio: AudioDescription): boolean {
    const kind = protectionOf(audio);
    if (!kind || this.#browser !== (kind === 'dtls')) return false;
    this.#begun = true;
    if (kind === 'dtls') {
      this.#describe(audio.dtls ?? null, false);
      return true;
    }
    const line = this.#secret ? audio.crypto.find(({ suite, key }) => fits(suite, key)) : undefined;
    this.#crypto = line ? this.#keyed(line, line.tag) : null;
    return kind === 'plain' || line !== undefined;
  }

  /** For an answer of ours; undefined = plain RTP. */
  answer(at: MediaAddress, told: string): LocalProtection | undefined {
    if (this.#browser) return this.#dtlsOf(at, told, this.#role === 'server' ? 'passive' : 'active');
    const { line } = this.#crypto ?? {};
    return line && { by: 'sdes', profile: 'RTP/SAVP', crypto: [line] };
  }

  /** For an offer of ours: what the leg has, or what a phone with secret signalling may have (RFC 8643). */
  offer(at: MediaAddress, told: string): LocalProtection | undefined {
    if (this.#browser) return this.#dtlsOf(at, told, 'actpass');
    if (!this.#secret) return undefined;
    const { suite } = this.#crypto ?? {};
    const crypto = [...SUITES.values()]
      .filter(each => suite === undefined || each.suite === suite)
      .map((each, i) => ({ tag: i + 1, suite: each.suite, key: this.#keyOf(each) }));
    return { by: 'sdes', profile: suite === undefined && !this.#insists ? 'RTP/AVP' : 'RTP/SAVP', crypto };
  }

  /** For the engine; undefined = plain RTP. */
  get agreed(): Secure | undefined {
    if (this.#browser && this.#dtls) {
      const { fingerprints, ice } = this.#dtls;
      return { by: 'dtls', role: this.#role, fingerprints, ice: { local: this.#ice, remote: ice.ufrag } };
    }
    if (!this.#crypto) return undefined;
    const { line, theirs, suite } = this.#crypto;
    return { by: 'sdes', suite, send: line.key, receive: theirs };
  }

  /** @param offered whether it was an offer: `actpass` leaves the role to us, who stay what we were. */
  #describe(dtls: DtlsDescription | null, offered: boolean): void {
    const before = this.#dtls;
    this.#dtls = dtls;
    if (!dtls) return;
    const restarted =
      before && (before.ice.ufrag !== dtls.ice.ufrag || before.ice.password !== dtls.ice.password);
    // RFC 8445 §9: both names change; who answers a restart has new credentials of his own.
    if (restarted && offered) this.#ice = freshCredentials();
    if (dtls.setup === 'passive') this.#role = 'client';
    else if (dtls.setup === 'active') this.#role = 'server';
    else if (!before || !samePeer(before, dtls)) this.#role = 'server';
  }

  #dtlsOf({ address, shown }: MediaAddress, told: string, setup: Setup): LocalProtection | undefined {
    if (!shown) return undefined;
    const { fingerprint, ssrc } = shown;
    // A browser asks no name server for a candidate.
    const candidates = [...new Set([told, address])].filter(each => isIP(each) !== 0);
    return { by: 'dtls', fingerprint, ssrc, setup, ice: this.#ice, candidates };
  }

  #keyed(theirs: CryptoLine, tag: number) {
    const suite = SUITES.get(theirs.suite);
    if (!suite) return null;
    return {
      line: { tag, suite: suite.suite, key: this.#keyOf(suite) },
      theirs: theirs.key,
      suite: suite.suite,
    };
  }

  #keyOf({ suite, bytes }: { readonly suite: string; readonly bytes: number }): string {
    const known = this.#keys.get(suite);
    if (known !== undefined) return known;
    const key = secureBytes(bytes).toString('base64');
    this.#keys.set(suite, key);
    return key;
  }
}

const fits = (suite: string, key: string): boolean =>
  SUITES.get(suite)?.bytes === Buffer.from(key, 'base64').length;

/** RFC 8445 §5.3: letters and digits with 48 and 144 bits of chance. */
const freshCredentials = (): { readonly ufrag: string; readonly password: string } => ({
  ufrag: secureBytes(6).toString('base64'),
  password: secureBytes(18).toString('base64'),
});

const samePeer = (a: DtlsDescription, b: DtlsDescription): boolean =>
  a.fingerprints.map(({ value }) => value).join() === b.fingerprints.map(({ value }) => value).join();

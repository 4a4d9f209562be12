/** Words of RFC 3261 §7: messages, header fields, addresses. */

/** Header fields in the order received; names compare without case and by compact form (RFC 3261 §7.3.3). */
export interface Headers extends Iterable<readonly [name: string, value: string]> {
  /** First value of the field. A comma list counts as one value here; see {@link Headers.all}. */
  get(name: string): string | undefined;
  /** All values; comma lists are split for the fields where RFC 3261 allows it (Via, Route, Contact, Supported …). */
  all(name: string): readonly string[];
  has(name: string): boolean;
  /** Replaces all values by one. CR and LF are impossible in a value: they become spaces. */
  set(name: string, value: string): void;
  /** Adds behind the existing ones. */
  append(name: string, value: string): void;
  /** Adds before the existing ones (Via, Record-Route). */
  prepend(name: string, value: string): void;
  remove(name: string): void;
  clone(): Headers;
}

export interface SipRequest {
  readonly kind: 'request';
  readonly method: string;
  /** Request-URI as text; see `parseUri`. */
  uri: string;
  readonly headers: Headers;
  body: Uint8Array;
}

export interface SipResponse {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
  readonly headers: Headers;
  body: Uint8Array;
}

export type SipMessage = SipRequest | SipResponse;

/** RFC 3261 §19.1, RFC 3966 for `tel:` (the number stands in `user`, host is empty). */
export interface SipUri {
  readonly scheme: 'sip' | 'sips' | 'tel';
  /** Percent-decoded. Empty when there is none. */
  readonly user: string;
  readonly password?: string | undefined;
  /** Lower case; IPv6 without brackets. */
  readonly host: string;
  readonly port?: number | undefined;
  /** Names in lower case; a flag without value is ''. */
  readonly params: Readonly<Record<string, string>>;
  readonly headers?: string | undefined;
}

/** From, To, Contact, Route, P-Asserted-Identity, Diversion … (RFC 3261 §20.10). */
export interface NameAddr {
  readonly displayName: string;
  readonly uri: SipUri;
  /** Header parameters such as `tag`, `expires`, `q`; names in lower case, a flag is ''. */
  readonly params: Readonly<Record<string, string>>;
}

/** RFC 3261 §20.42 with RFC 3581 `rport` and `received`. */
export interface Via {
  readonly protocol: string;
  readonly host: string;
  readonly port?: number | undefined;
  readonly params: Readonly<Record<string, string>>;
}

/** Why bytes are not a SIP message. */
export interface ParseFault {
  readonly code:
    | 'too-long'
    | 'start-line'
    | 'header'
    | 'missing-header'
    | 'content-length'
    | 'version'
    | 'not-sip';
  readonly detail: string;
  /** The request as far as it was understood, so that a 400 can be sent (RFC 4475 §3.1.2). */
  readonly request?: SipRequest;
}

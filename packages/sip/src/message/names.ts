/** What the parser knows of a header field name. Known names are one shared object each, so they compare by identity. */
export interface FieldName {
  /** Lower-case long form: what two names are compared by (RFC 3261 §7.3.3). */
  readonly key: string;
  /** Spelling written to the wire. */
  readonly name: string;
  /** A comma separates values (RFC 3261 §7.3.1); false where a comma belongs to the value. */
  readonly list: boolean;
  /** Bit of a field the parser looks at itself, see {@link FIELD}; else 0. */
  readonly bit: number;
}

/** Bits of the fields that `parseMessage` counts and judges. */
export const FIELD = {
  from: 1,
  to: 2,
  callId: 4,
  cseq: 8,
  via: 16,
  maxForwards: 32,
  contentLength: 64,
  contentType: 128,
  contact: 256,
} as const;

/** Fields that may stand only once (RFC 3261 §7.3.1; RFC 4475 §3.3.8, §3.3.9). */
export const ONCE =
  FIELD.from |
  FIELD.to |
  FIELD.callId |
  FIELD.cseq |
  FIELD.maxForwards |
  FIELD.contentLength |
  FIELD.contentType;

const LISTS =
  'Accept,Accept-Encoding,Accept-Language,Alert-Info,Allow,Allow-Events,Call-Info,Contact,Content-Encoding,Content-Language,' +
  'Diversion,Error-Info,Geolocation,History-Info,In-Reply-To,P-Asserted-Identity,P-Associated-URI,P-Preferred-Identity,Path,' +
  'Proxy-Require,Reason,Record-Route,Request-Disposition,Require,Route,Security-Client,Security-Server,Security-Verify,' +
  'Service-Route,Supported,Unsupported,Via,Warning,Accept-Contact,Reject-Contact,Recv-Info';

const SINGLES =
  'Authentication-Info,Authorization,Call-ID,Content-Disposition,Content-Length,Content-Type,CSeq,Date,Event,Expires,From,' +
  'Identity,Info-Package,Join,Max-Forwards,Min-Expires,Min-SE,MIME-Version,Organization,P-Access-Network-Info,P-Charging-Vector,' +
  'Priority,Privacy,Proxy-Authenticate,Proxy-Authorization,RAck,Refer-Sub,Refer-To,Referred-By,Remote-Party-ID,Replaces,Reply-To,' +
  'Retry-After,RSeq,Server,Session-Expires,SIP-ETag,SIP-If-Match,Subject,Subscription-State,Target-Dialog,Timestamp,To,' +
  'User-Agent,WWW-Authenticate';

const BITS: Readonly<Record<string, number>> = {
  from: FIELD.from,
  to: FIELD.to,
  'call-id': FIELD.callId,
  cseq: FIELD.cseq,
  via: FIELD.via,
  'max-forwards': FIELD.maxForwards,
  'content-length': FIELD.contentLength,
  'content-type': FIELD.contentType,
  contact: FIELD.contact,
};

/** Compact forms: RFC 3261 §7.3.3, 3515, 3841, 3892, 4028, 6665. */
const COMPACT: Readonly<Record<string, string>> = {
  a: 'accept-contact',
  b: 'referred-by',
  c: 'content-type',
  d: 'request-disposition',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  o: 'event',
  r: 'refer-to',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
  x: 'session-expires',
};

const known = new Map<string, FieldName>();
for (const [names, list] of [
  [LISTS, true],
  [SINGLES, false],
] as const) {
  for (const name of names.split(',')) {
    const key = name.toLowerCase();
    const field: FieldName = { key, name, list, bit: BITS[key] ?? 0 };
    known.set(name, field);
    known.set(key, field);
  }
}
for (const [letter, key] of Object.entries(COMPACT)) {
  const field = known.get(key);
  if (!field) continue;
  known.set(letter, field);
  known.set(letter.toUpperCase(), field);
}

/** The field a spelling stands for; undefined for a name this parser has no rule for. */
export function knownField(spelling: string): FieldName | undefined {
  return known.get(spelling) ?? known.get(spelling.toLowerCase());
}

/** Like {@link knownField}, with a field made for an unknown name, which keeps its spelling. */
export function fieldName(spelling: string): FieldName {
  return knownField(spelling) ?? { key: spelling.toLowerCase(), name: spelling, list: false, bit: 0 };
}

/** Long forms by first letter and length: finds the usual spellings without cutting the name out of the text. */
const byShape: (FieldName | undefined)[] = [];
const SHAPE_LENGTH = 32;
const USUAL =
  'Via,Max-Forwards,From,To,Call-ID,CSeq,Contact,Expires,User-Agent,Server,Allow,Supported,Content-Type,Content-Length,' +
  'Route,Record-Route,Authorization,Proxy-Authorization,P-Asserted-Identity,Session-Expires,Min-SE,Require,Event,Reason';
for (const name of USUAL.split(',')) byShape[shape(name.charCodeAt(0), name.length)] = knownField(name);

function shape(first: number, length: number): number {
  return first * SHAPE_LENGTH + length;
}

/** The field whose long form stands in `text` from `from` to `to`, when it is a usual one in its usual spelling. */
export function usualField(text: string, from: number, to: number): FieldName | undefined {
  if (to - from >= SHAPE_LENGTH) return undefined;
  const field = byShape[shape(text.charCodeAt(from), to - from)];
  return field && text.startsWith(field.name, from) ? field : undefined;
}

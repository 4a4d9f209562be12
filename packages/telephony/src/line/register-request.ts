import { err, ok, type Result } from '@kommutator/base';
import { formatUri, type HeaderList, type Headers, parseNameAddr, type SipUri } from '@kommutator/sip';

/** Seconds (RFC 3261 §10.3 steps 6, 7). */
const MIN_EXPIRES = 60;
export const MAX_EXPIRES = 3600;
const DEFAULT_EXPIRES = 300;
/** Contacts per address of record. */
export const MAX_CONTACTS = 10;
/** Characters of a contact URI, of a `+sip.instance`, and of all Path values: they are kept, on disk and in an index too. */
const LONGEST_CONTACT = 512;
const LONGEST_INSTANCE = 256;
const LONGEST_PATH = 1024;

/** One contact a REGISTER wants bound; `expires` 0 = unbound. */
export interface WantedContact {
  readonly uri: string;
  /** Equal for URIs that are the same by RFC 3261 §19.1.4. */
  readonly key: string;
  /** `+sip.instance` with `reg-id`: the same phone, whatever its contact is now (RFC 5626). */
  readonly instance: string | null;
  /** 0…1000. */
  readonly q: number;
  readonly expires: number;
}

export type Wish =
  | { readonly kind: 'fetch' }
  | { readonly kind: 'removeAll' }
  | { readonly kind: 'bind'; readonly contacts: readonly WantedContact[] };

/** Why a REGISTER cannot be served, as its response. */
export interface BadRegister {
  readonly status: 400 | 403 | 423;
  readonly reason?: string;
  readonly headers?: HeaderList;
}

/** What a REGISTER asks for (RFC 3261 §10.2). An interval that is too brief is refused, one too long is cut. */
export function readRegister(headers: Headers): Result<Wish, BadRegister> {
  const contacts = headers.all('Contact');
  if (contacts.length === 0) return ok({ kind: 'fetch' });
  const general = readSeconds(headers.get('Expires'));
  if (contacts.includes('*')) {
    return contacts.length === 1 && general === 0
      ? ok({ kind: 'removeAll' })
      : err({ status: 400, reason: 'Contact * needs Expires: 0' });
  }
  if (contacts.length > MAX_CONTACTS) return err({ status: 403, reason: 'Too many contacts' });
  if (headers.all('Path').join().length > LONGEST_PATH) return err({ status: 400, reason: 'Path too long' });
  const wanted: WantedContact[] = [];
  for (const text of contacts) {
    const contact = readContact(text, general);
    if (!contact || contact.uri.length > LONGEST_CONTACT) return err({ status: 400, reason: 'Bad Contact' });
    if (contact.expires > 0 && contact.expires < MIN_EXPIRES)
      return err({ status: 423, headers: [['Min-Expires', String(MIN_EXPIRES)]] });
    wanted.push(contact);
  }
  return ok({ kind: 'bind', contacts: wanted });
}

/** Whether two contact URIs are bound as one: scheme, user, host, port and transport decide. */
export function contactKey(uri: SipUri): string {
  const port = uri.port ?? (uri.scheme === 'sips' ? 5061 : 5060);
  return `${uri.scheme}:${uri.user}@${uri.host}:${port};${(uri.params.transport ?? '').toLowerCase()}`;
}

function readContact(text: string, general: number | null): WantedContact | null {
  const contact = parseNameAddr(text);
  if (!contact || contact.uri.scheme === 'tel' || contact.uri.host === '') return null;
  const { params } = contact;
  const expires = readSeconds(params.expires) ?? general ?? DEFAULT_EXPIRES;
  const instance = readInstance(params['+sip.instance'], params['reg-id']);
  return {
    uri: formatUri(contact.uri),
    key: contactKey(contact.uri),
    instance,
    q: readQ(params.q),
    expires: Math.min(expires, MAX_EXPIRES),
  };
}

/** One that is longer than any real one names no phone. */
function readInstance(instance = '', regId = ''): string | null {
  if (instance === '' || instance.length + regId.length > LONGEST_INSTANCE) return null;
  return regId === '' ? instance : `${instance}#${regId}`;
}

/** delta-seconds; null when absent or malformed, which counts as absent (RFC 3261 §10.2.1.1). */
export function readSeconds(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,10}$/.test(text.trim()) ? Number(text) : null;
}

/** qvalue 0…1 as thousandths; 1000 when absent or malformed. */
function readQ(text: string | undefined): number {
  const q = text === undefined || text === '' ? 1 : Number(text);
  return q >= 0 && q <= 1 ? Math.round(q * 1000) : 1000;
}

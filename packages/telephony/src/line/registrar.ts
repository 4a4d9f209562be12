import type { Clock } from '@kommutator/base';
import type { SipCredential } from '@kommutator/model/config';
import type { RegistrationRecord } from '@kommutator/model/events';
import type { DomainId } from '@kommutator/model/ids';
import {
  type HeaderList,
  type Peer,
  parseCSeq,
  parseNameAddr,
  type ServerTransaction,
  type SipStack,
} from '@kommutator/sip';
import type { Directory, Log, RegistrationStore } from '../ports.ts';
import type { Authenticator } from './authenticator.ts';
import { type Binding, Bindings } from './bindings.ts';
import { NatPings } from './nat-pings.ts';
import { ownText } from './own-text.ts';
import { MAX_CONTACTS, MAX_EXPIRES, readRegister, type WantedContact } from './register-request.ts';

export interface RegistrarDeps {
  readonly clock: Clock;
  readonly directory: Directory;
  readonly store: RegistrationStore;
  readonly authenticator: Authenticator;
  readonly log: Log;
  readonly sip: Pick<SipStack, 'ping'>;
  /** Nobody can guess it; letters and digits. */
  readonly pingSecret: string;
}

const LONGEST_USER_AGENT = 128;
/** What is beyond it does not tell one REGISTER from another. */
const LONGEST_CALL_ID = 256;

/** Registrar and location service (RFC 3261 §10): who is reachable where, on disk before it is confirmed. */
export class Registrar {
  readonly #deps: RegistrarDeps;
  readonly #bindings: Bindings;
  readonly #pings: NatPings;

  constructor(deps: RegistrarDeps) {
    this.#deps = deps;
    this.#bindings = new Bindings(deps.clock, binding => {
      deps.store.remove(binding.record);
      deps.log.info(
        { login: binding.login, domain: binding.domain, contact: binding.contact },
        'contact expired',
      );
    });
    this.#pings = new NatPings({
      clock: deps.clock,
      sip: deps.sip,
      secret: deps.pingSecret,
      lost: binding => this.#lost(binding, 'a phone behind NAT does not answer'),
    });
    this.#load();
  }

  get bindings(): Bindings {
    return this.#bindings;
  }

  /** A phone has answered a ping. */
  ponged(token: string): void {
    this.#pings.ponged(token);
  }

  /** Answers one REGISTER. */
  register(transaction: ServerTransaction): void {
    const { request, source } = transaction;
    const to = parseNameAddr(request.headers.get('To') ?? '');
    if (!to) {
      transaction.respond(400);
      return;
    }
    const verdict = this.#deps.authenticator.check(request, source, to.uri.host, 'www');
    if (verdict.kind === 'challenge') {
      transaction.respond(401, { headers: verdict.headers });
      return;
    }
    // Another's address of record, or a guesser: the same words for both (RFC 3261 §10.3 step 4).
    if (verdict.kind === 'forbidden' || verdict.credential.login !== to.uri.user.toLowerCase()) {
      transaction.respond(403, { once: true });
      return;
    }
    this.#serve(transaction, verdict.credential, to.uri.host);
  }

  /** Takes out the contacts of a connection that is over: nothing reaches them until they register again. */
  connectionClosed(connection: Peer): void {
    for (const binding of [...this.#bindings.over(connection)]) this.#lost(binding);
  }

  /** A contact could not be reached over its connection; e.g. one that did not outlive a restart of ours. */
  unreachable(binding: Binding): void {
    if (this.#bindings.of(binding.record.domain, binding.login).includes(binding)) this.#lost(binding);
  }

  /** Stops the expiry; what is on disk stays for the next start. */
  close(): void {
    this.#pings.close();
    this.#bindings.clear();
  }

  #lost(binding: Binding, why = 'connection of a contact lost'): void {
    this.#unbind(binding);
    this.#deps.log.info({ login: binding.login, contact: binding.contact }, why);
  }

  #serve(transaction: ServerTransaction, credential: SipCredential, domainName: string): void {
    const { headers } = transaction.request;
    const wish = readRegister(headers);
    if (!wish.ok) {
      const { status, ...o } = wish.error;
      transaction.respond(status, o);
      return;
    }
    const { domain, login } = credential;
    const order = {
      callId: ownText((headers.get('Call-ID') ?? '').slice(0, LONGEST_CALL_ID)),
      cseq: parseCSeq(headers.get('CSeq') ?? '')?.sequence ?? 0,
    };
    const bound = [...this.#bindings.of(domain, login)];
    const wanted = wish.value.kind === 'bind' ? wish.value.contacts : [];
    const touched =
      wish.value.kind === 'removeAll' ? bound : wanted.flatMap(contact => find(bound, contact) ?? []);
    // Nothing is changed by a REGISTER that has been overtaken (RFC 3261 §10.3 steps 6, 7).
    if (touched.some(({ record }) => record.callId === order.callId && order.cseq <= record.cseq)) {
      transaction.respond(500, { reason: 'Out of order' });
      return;
    }
    if (wish.value.kind === 'removeAll') for (const binding of bound) this.#unbind(binding);
    for (const contact of wanted) this.#apply(transaction, credential, domainName, contact, order);
    this.#makeRoom(domain, login);
    transaction.respond(200, { headers: this.#answer(transaction, domain, login) });
  }

  #apply(
    { request, source }: ServerTransaction,
    credential: SipCredential,
    domainName: string,
    contact: WantedContact,
    order: { readonly callId: string; readonly cseq: number },
  ): void {
    const { domain, user, login } = credential;
    const old = find(this.#bindings.of(domain, login), contact);
    if (contact.expires === 0) {
      if (old) this.#unbind(old);
      return;
    }
    const now = this.#deps.clock.wall();
    const record: RegistrationRecord = {
      domain,
      user,
      login,
      contact: old?.contact === contact.uri ? old.contact : ownText(contact.uri),
      instance: contact.instance === null ? null : ownText(contact.instance),
      protocol: source.protocol,
      sourceAddress: source.address,
      sourcePort: source.port,
      ...order,
      path: request.headers.all('Path').map(ownText),
      userAgent: ownText((request.headers.get('User-Agent') ?? '').slice(0, LONGEST_USER_AGENT)),
      q: contact.q,
      registeredAt: old?.record.registeredAt ?? now,
      expiresAt: now + contact.expires * 1000,
    };
    if (old && old.contact !== contact.uri) this.#deps.store.remove(old.record);
    this.#deps.store.save(record);
    const renewed = old && old.contact === contact.uri && old.q === contact.q ? old : null;
    if (renewed) this.#bindings.renew(renewed, record, source);
    this.#pings.heard(renewed ?? this.#bindings.put({ record, source, domainName }, old));
  }

  #unbind(binding: Binding): void {
    this.#bindings.remove(binding);
    this.#deps.store.remove(binding.record);
  }

  /** A phone that comes back from another port each time must not lock itself out: the oldest contacts give way. */
  #makeRoom(domain: DomainId, login: string): void {
    const bound = this.#bindings.of(domain, login);
    const surplus = bound.length - MAX_CONTACTS;
    if (surplus <= 0) return;
    const oldest = [...bound].sort(
      (a, b) => a.deadline - b.deadline || a.record.registeredAt - b.record.registeredAt,
    );
    for (const binding of oldest.slice(0, surplus)) this.#unbind(binding);
  }

  /** All current contacts (RFC 3261 §10.3 step 8), Path (RFC 3327 §5.3), the time for phones without a clock. */
  #answer({ request }: ServerTransaction, domain: DomainId, login: string): HeaderList {
    const headers: [string, string][] = [];
    for (const binding of this.#bindings.of(domain, login)) {
      const left = Math.ceil(this.#bindings.left(binding) / 1000);
      headers.push([
        'Contact',
        `<${binding.contact}>;expires=${left};q=${binding.q / 1000}${instanceOf(binding)}`,
      ]);
    }
    for (const path of request.headers.all('Path')) headers.push(['Path', path]);
    headers.push(['Date', new Date(this.#deps.clock.wall()).toUTCString()]);
    return headers;
  }

  #load(): void {
    const { store, clock, directory } = this.#deps;
    const names = new Map(directory.current.domains.map(domain => [domain.id, domain.name]));
    for (const record of store.load()) {
      const domainName = names.get(record.domain);
      const gone = record.expiresAt <= clock.wall() || record.protocol === 'ws' || record.protocol === 'wss';
      if (gone || domainName === undefined) {
        store.remove(record);
        continue;
      }
      const { protocol, sourceAddress: address, sourcePort: port } = record;
      // Written by a clock that was wrong, it would stay for years.
      const expiresAt = Math.min(record.expiresAt, clock.wall() + MAX_EXPIRES * 1000);
      const source = { protocol, address, port };
      this.#pings.heard(this.#bindings.put({ record: { ...record, expiresAt }, source, domainName }));
    }
  }
}

/** The binding a wanted contact renews: of the same phone (RFC 5626), else of the same URI. */
function find(bound: readonly Binding[], wanted: WantedContact): Binding | undefined {
  const same = wanted.instance && bound.find(binding => binding.record.instance === wanted.instance);
  return same || bound.find(binding => binding.key === wanted.key);
}

const instanceOf = ({ record: { instance } }: Binding): string =>
  instance === null ? '' : `;+sip.instance="${instance.split('#', 1)[0]}"`;

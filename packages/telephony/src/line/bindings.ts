import type { Clock, Ms } from '@kommutator/base';
import type { RegistrationRecord } from '@kommutator/model/events';
import type { DomainId } from '@kommutator/model/ids';
import { type Peer, parseUri } from '@kommutator/sip';
import type { RegisteredContact } from '../call.ts';
import { type Expiring, ExpiryQueue } from './expiry-queue.ts';
import { contactKey } from './register-request.ts';

/** One contact of one login (RFC 3261 §10.3), and where its phone is reached. */
export interface Binding extends RegisteredContact, Expiring {
  /** Equal for contacts that are the same URI. */
  readonly key: string;
  /** What is on disk. */
  record: RegistrationRecord;
  /** Source of the last REGISTER; `flow` names its connection, which does not outlive a restart. */
  source: Peer;
}

/** What is bound anew: the record on disk, the connection it came over and the name of its domain. */
export interface BindingInit {
  readonly record: RegistrationRecord;
  readonly source: Peer;
  readonly domainName: string;
}

/** All registered contacts of this node, by login and by source. In memory; the registrar keeps them on disk. */
export class Bindings {
  readonly #clock: Clock;
  readonly #byLogin = new Map<string, Binding[]>();
  readonly #sources = new Map<string, number>();
  /** By connection; nearly always there is one. */
  readonly #byFlow = new Map<string, Binding[]>();
  readonly #expiry: ExpiryQueue<Binding>;

  /** @param expired called for a contact whose time is over, after it has been taken out. */
  constructor(clock: Clock, expired: (binding: Binding) => void) {
    this.#clock = clock;
    this.#expiry = new ExpiryQueue(clock, binding => {
      this.#detach(binding);
      expired(binding);
    });
  }

  get size(): number {
    return this.#expiry.size;
  }

  /** Contacts of a login, the most preferred (q) first, then the latest registered. */
  of(domain: DomainId, login: string): readonly Binding[] {
    return this.#byLogin.get(loginKey(domain, login)) ?? [];
  }

  /** Whether some phone registered from this very address and port, over this protocol. */
  registeredFrom(peer: Peer): boolean {
    return this.#sources.has(sourceKey(peer));
  }

  /** Contacts whose last REGISTER came over this connection. */
  over(connection: Peer): readonly Binding[] {
    return this.#byFlow.get(flowKey(connection)) ?? [];
  }

  /** Adds a contact, or renews `old` with what a new REGISTER said. */
  put(init: BindingInit, old?: Binding): Binding {
    const { record, source, domainName } = init;
    const deadline = this.#clock.now() + Math.max(0, record.expiresAt - this.#clock.wall());
    if (old) this.remove(old);
    const uri = parseUri(record.contact);
    const binding: Binding = {
      domain: domainName,
      user: record.user,
      login: record.login,
      contact: record.contact,
      q: record.q,
      key: uri ? contactKey(uri) : record.contact,
      record,
      source,
      deadline,
      queuedAt: null,
    };
    this.#attach(binding);
    this.#expiry.put(binding);
    return binding;
  }

  /** Renews a contact in place: the frequent case, nothing but its times and numbers changed. */
  renew(binding: Binding, record: RegistrationRecord, source: Peer): void {
    this.#leave(binding);
    binding.record = record;
    binding.source = source;
    this.#come(binding);
    binding.deadline = this.#clock.now() + Math.max(0, record.expiresAt - this.#clock.wall());
    this.#expiry.put(binding);
  }

  remove(binding: Binding): void {
    this.#expiry.remove(binding);
    this.#detach(binding);
  }

  /** ms until the contact expires. */
  left(binding: Binding): Ms {
    return Math.max(0, binding.deadline - this.#clock.now());
  }

  /** Forgets all without a word. */
  clear(): void {
    this.#expiry.clear();
    this.#byLogin.clear();
    this.#sources.clear();
    this.#byFlow.clear();
  }

  #attach(binding: Binding): void {
    const key = loginKey(binding.record.domain, binding.login);
    const others = this.#byLogin.get(key);
    if (!others) this.#byLogin.set(key, [binding]);
    else {
      const at = others.findIndex(other => other.q <= binding.q);
      others.splice(at < 0 ? others.length : at, 0, binding);
    }
    this.#come(binding);
  }

  #detach(binding: Binding): void {
    const key = loginKey(binding.record.domain, binding.login);
    const bindings = this.#byLogin.get(key);
    const at = bindings?.indexOf(binding) ?? -1;
    if (!bindings || at < 0) return;
    bindings.splice(at, 1);
    if (bindings.length === 0) this.#byLogin.delete(key);
    this.#leave(binding);
  }

  /** The binding is reached at its source. */
  #come(binding: Binding): void {
    const { source } = binding;
    this.#countSource(source, 1);
    if (source.flow === undefined) return;
    const key = flowKey(source);
    const others = this.#byFlow.get(key);
    if (others) others.push(binding);
    else this.#byFlow.set(key, [binding]);
  }

  /** The binding is not reached at its source any more. */
  #leave(binding: Binding): void {
    const { source } = binding;
    this.#countSource(source, -1);
    if (source.flow === undefined) return;
    const key = flowKey(source);
    const left = this.#byFlow.get(key)?.filter(other => other !== binding) ?? [];
    if (left.length > 0) this.#byFlow.set(key, left);
    else this.#byFlow.delete(key);
  }

  #countSource(peer: Peer, by: 1 | -1): void {
    const key = sourceKey(peer);
    const count = (this.#sources.get(key) ?? 0) + by;
    if (count > 0) this.#sources.set(key, count);
    else this.#sources.delete(key);
  }
}

/** The binding a contact handed to the flows stands for, if it is still there. */
export const bindingOf = (bound: readonly Binding[], { contact }: RegisteredContact): Binding | undefined =>
  bound.find(binding => binding.contact === contact);

const loginKey = (domain: DomainId, login: string): string => `${domain} ${login}`;
const sourceKey = (peer: Peer): string => `${peer.protocol} ${peer.address} ${peer.port}`;
const flowKey = (peer: Peer): string => `${peer.flow} ${sourceKey(peer)}`;

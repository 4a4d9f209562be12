import type { Clock, Ms } from '@kommutator/base';
import type { SipResponse } from '../message/types.ts';
import type { Peer, Transport } from '../transport/types.ts';
import { ClientTransaction, type ClientUser } from './client.ts';
import type { Ground, ReplyPeer } from './ground.ts';
import type { Incoming } from './incoming.ts';
import { InviteClientTransaction, type InviteClientUser } from './invite-client.ts';
import { InviteServerTransaction } from './invite-server.ts';
import { ServerTransactionMachine } from './server.ts';
import type { Timing } from './timing.ts';
import { bytesOf, type Heir, Tombstones } from './tombstones.ts';

type Client = ClientTransaction | InviteClientTransaction;
type Server = ServerTransactionMachine | InviteServerTransaction;

/** All transactions of a stack, found by the rules of RFC 3261 §17.1.3 and §17.2.3. */
export class TransactionTable implements Ground {
  readonly clock: Clock;
  readonly timing: Timing;
  readonly #transport: Transport;
  readonly #clients = new Map<string, Client>();
  readonly #servers = new Map<string, Server>();
  /** Requests at work by what merged copies have in common (RFC 3261 §8.2.2.2). */
  readonly #merges = new Set<string>();
  readonly #clientGraves: Tombstones;
  readonly #serverGraves: Tombstones;

  constructor(clock: Clock, timing: Timing, transport: Transport) {
    this.clock = clock;
    this.timing = timing;
    this.#transport = transport;
    this.#clientGraves = new Tombstones(clock);
    this.#serverGraves = new Tombstones(clock);
  }

  get live(): number {
    return this.#clients.size + this.#servers.size;
  }

  get finished(): number {
    return this.#clientGraves.size + this.#serverGraves.size;
  }

  send(bytes: Uint8Array, to: Peer, failed?: (why: string) => void): void {
    this.#transport.send(bytes, to, failed);
  }

  /** A response over a lost TCP connection is tried once at the sent-by port (RFC 3261 §18.2.2). */
  reply(bytes: Uint8Array, to: ReplyPeer): void {
    if (to.protocol !== 'tcp') this.#transport.send(bytes, to);
    else {
      const { protocol, address, sentBy: port } = to;
      this.#transport.send(bytes, to, () => this.#transport.send(bytes, { protocol, address, port }));
    }
  }

  /** Starts a client transaction for a request that is not INVITE. */
  request(key: string, bytes: Uint8Array, to: Peer, user: ClientUser): ClientTransaction {
    const transaction = new ClientTransaction(this, key, bytes, to, user);
    this.#clients.set(key, transaction);
    transaction.start();
    return transaction;
  }

  /** Starts a client transaction for an INVITE. */
  invite(key: string, bytes: Uint8Array, to: Peer, user: InviteClientUser): InviteClientTransaction {
    const transaction = new InviteClientTransaction(this, key, bytes, to, user);
    this.#clients.set(key, transaction);
    transaction.start();
    return transaction;
  }

  /** A response: to its transaction, to the tombstone of one, or nowhere (RFC 3261 §18.1.2). @param key see `responseKey` */
  receive(key: string, response: SipResponse): void {
    const client = this.#clients.get(key);
    if (client) client.receive(response);
    else this.#strayed(key, response);
  }

  #strayed(key: string, response: SipResponse): void {
    const grave = this.#clientGraves.get(key);
    if (!grave || response.status < 200) return;
    if (response.status < 300) grave.heir?.success(response);
    else if (grave.text !== null && grave.to) this.send(bytesOf(grave.text), grave.to);
  }

  /**
   * A connection is over. Requests that went over it and have heard nothing fail at once instead of after 32 s (RFC 3261
   * §18.4); those that have heard a 1xx only when no other connection may bring the rest (RFC 5626 §5.3): a server whose
   * connection is lost makes a new one to our sent-by (§18.2.2). They fail a moment later: the loss may show while
   * somebody sends.
   */
  connectionClosed(connection: Peer): void {
    const left: Client[] = [];
    for (const client of this.#clients.values()) if (wentOver(connection, client.to)) left.push(client);
    if (left.length > 0)
      queueMicrotask(() => {
        for (const client of left) if (client.to.flow !== undefined || !client.proceeding) client.fail();
      });
  }

  /** A new server transaction; nothing is sent yet. */
  serve(incoming: Incoming): ServerTransactionMachine {
    return this.#add(
      new ServerTransactionMachine(this, incoming.key, this.#mergeOf(incoming), incoming.replyTo),
    );
  }

  serveInvite(incoming: Incoming): InviteServerTransaction {
    return this.#add(
      new InviteServerTransaction(this, incoming.key, this.#mergeOf(incoming), incoming.replyTo),
    );
  }

  /** The INVITE a CANCEL or an ACK is for, while it is at work. */
  invited(key: string): InviteServerTransaction | null {
    const server = this.#servers.get(key);
    return server instanceof InviteServerTransaction ? server : null;
  }

  /** Whether the INVITE of this key is known, at work or finished. */
  knows(key: string): boolean {
    return this.#servers.has(key) || this.#serverGraves.get(key) !== undefined;
  }

  /**
   * Lets a repeated request be answered by its transaction, or, when that is over, as it was answered, to where the repeat
   * came from. @returns false when the request is new.
   */
  repeated({ key, replyTo }: Incoming): boolean {
    const server = this.#servers.get(key);
    if (server) {
      server.repeat();
      return true;
    }
    const grave = this.#serverGraves.get(key);
    if (grave && grave.text !== null) this.#transport.send(bytesOf(grave.text), replyTo);
    return grave !== undefined;
  }

  /** A request without To tag that is at work already, come another way (RFC 3261 §8.2.2.2). */
  merged(incoming: Incoming): boolean {
    return this.#merges.has(incoming.merge) || this.#serverGraves.get(incoming.merge) !== undefined;
  }

  finishClient(
    key: string,
    lifetime: Ms,
    bytes?: Uint8Array | null,
    to?: Peer | null,
    heir?: Heir | null,
  ): void {
    this.#clients.delete(key);
    this.#clientGraves.put(key, lifetime, bytes, to, heir);
  }

  finishServer(key: string, merge: string | null, lifetime: Ms, bytes?: Uint8Array | null): void {
    const server = this.#servers.get(key);
    this.#servers.delete(key);
    this.#serverGraves.put(key, lifetime, bytes);
    if (merge === null) return;
    this.#merges.delete(merge);
    // A call rings on several ways for long; anything else is over before its copy comes.
    if (server instanceof InviteServerTransaction) this.#serverGraves.put(merge, lifetime);
  }

  /** Ends everything: who waits for an answer gets 503. */
  clear(): void {
    for (const client of this.#clients.values()) client.fail();
    for (const server of this.#servers.values()) server.abandon();
    this.#clients.clear();
    this.#servers.clear();
    this.#merges.clear();
    this.#clientGraves.clear();
    this.#serverGraves.clear();
  }

  #add<T extends Server>(server: T): T {
    this.#servers.set(server.key, server);
    if (server.merge !== null) this.#merges.add(server.merge);
    return server;
  }

  /** Merging is a matter of requests outside a dialog; of several copies the first one counts. */
  #mergeOf(incoming: Incoming): string | null {
    return incoming.toTag !== '' || this.merged(incoming) ? null : incoming.merge;
  }
}

/** Whether a request to `to` was sent over that connection: by its name, else by the far end's address. */
const wentOver = (connection: Peer, to: Peer): boolean =>
  to.protocol === connection.protocol &&
  (to.flow !== undefined
    ? to.flow === connection.flow
    : to.address === connection.address && to.port === connection.port);

/** Where messages come from and go to (RFC 3261 §18). */

export type Protocol = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';

/** The far end of a message. `flow` names the connection of a reliable protocol (RFC 5626). */
export interface Peer {
  readonly protocol: Protocol;
  readonly address: string;
  readonly port: number;
  readonly flow?: string | undefined;
  /** Of a TLS peer we connect to: whose certificate it must show (RFC 5922 §4); its address when left out. */
  readonly name?: string | undefined;
}

/** A socket we listen on; Via and Contact are built from it. */
export interface Listening {
  readonly protocol: Protocol;
  readonly address: string;
  readonly port: number;
  /** Host written into Via, Contact and Record-Route. */
  readonly advertised: string;
}

/** What the stack stands on: real sockets (`openSockets`) or `sip/testing`'s MemoryNetwork. */
export interface Transport {
  readonly listening: readonly Listening[];
  /** The listener a message to `peer` leaves from. */
  local(peer: Peer): Listening;
  /**
   * Sends one message. `failed` is called at most once, later, when the network refuses it
   * (ICMP unreachable, connection refused or lost). Never throws.
   */
  send(bytes: Uint8Array, to: Peer, failed?: (why: string) => void): void;
  /** Set by the stack: one complete message (datagram, or framed by Content-Length). */
  receive: (bytes: Uint8Array, from: Peer) => void;
  /** Set by the stack: a connection is over, whoever ended it; nothing reaches its far end any more (RFC 5626 §4.2.1). */
  closed: (connection: Peer) => void;
  /** Ends the connections of that kind at once; without effect over UDP. */
  hangUp(unwanted: (peer: Peer) => boolean): void;
  close(): Promise<void>;
}

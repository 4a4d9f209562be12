import type { Peer, Transport } from './types.ts';

/** Judges messages by their source before anything else is read of them. */
export interface Screen {
  /** Whether a message is read at all. Called for every one: must cost next to nothing. */
  admits(bytes: Uint8Array, from: Peer): boolean;
  /** Whether nobody but the peer itself can have sent what comes from there, or it may hear whatever we answer. */
  trusts(peer: Peer): boolean;
}

/** A challenge has to be longer than its question: it carries two nonces. So much more at most. */
const CHALLENGE_ROOM = 400;

/**
 * The same transport behind a screen. What is not admitted is dropped without a word. A datagram of a stranger may have a
 * forged source, so while it is worked on one answer goes back at most, and none longer than it; only a challenge (401,
 * 407) may be up to 400 bytes longer. We are no amplifier for attacks on others.
 */
export function screened(transport: Transport, screen: Screen): Transport {
  /** The stranger whose datagram is being worked on. */
  let asking: Peer | null = null;
  /** Bytes that may still go back to him. */
  let room = 0;
  const mayAnswer = (bytes: Uint8Array, to: Peer): boolean => {
    if (!asking || to.protocol !== 'udp' || to.address !== asking.address) return true;
    if (!isResponse(bytes) || screen.trusts(to)) return true;
    const fits = bytes.length <= room + (isChallenge(bytes) ? CHALLENGE_ROOM : 0);
    if (fits) room = -CHALLENGE_ROOM;
    return fits;
  };
  return {
    listening: transport.listening,
    local: peer => transport.local(peer),
    send(bytes, to, failed) {
      if (asking === null || mayAnswer(bytes, to)) transport.send(bytes, to, failed);
    },
    get receive() {
      return transport.receive;
    },
    set receive(receive) {
      transport.receive = (bytes, from) => {
        if (!screen.admits(bytes, from)) return;
        if (from.protocol !== 'udp' || screen.trusts(from)) {
          receive(bytes, from);
          return;
        }
        asking = from;
        room = bytes.length;
        try {
          receive(bytes, from);
        } finally {
          asking = null;
        }
      };
    },
    get closed() {
      return transport.closed;
    },
    set closed(closed) {
      transport.closed = closed;
    },
    hangUp: unwanted => transport.hangUp(unwanted),
    close: () => transport.close(),
  };
}

/** A request begins with its method. */
const isResponse = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x53 && bytes[1] === 0x49 && bytes[2] === 0x50 && bytes[3] === 0x2f;

/** `SIP/2.0 401` or `SIP/2.0 407`. */
const isChallenge = (bytes: Uint8Array): boolean =>
  bytes[8] === 0x34 && bytes[9] === 0x30 && (bytes[10] === 0x31 || bytes[10] === 0x37);

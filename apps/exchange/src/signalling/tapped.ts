import { isPing, type Listening, type Peer, type Transport } from '@kommutator/sip';

/** Sees a copy of every SIP message; must neither change nor keep the bytes waiting. */
export interface Tap {
  add(way: 'in' | 'out', peer: Peer, bytes: Uint8Array, local: Listening): void;
}

/** The same transport, every message of which is shown to the taps; pings of phones would fill them with nothing. */
export function tapped(transport: Transport, taps: readonly Tap[]): Transport {
  const show = (way: 'in' | 'out', peer: Peer, bytes: Uint8Array) => {
    if (isPing(way, bytes)) return;
    const local = transport.local(peer);
    for (const tap of taps) tap.add(way, peer, bytes, local);
  };
  return {
    listening: transport.listening,
    local: peer => transport.local(peer),
    send(bytes, to, failed) {
      show('out', to, bytes);
      transport.send(bytes, to, failed);
    },
    get receive() {
      return transport.receive;
    },
    set receive(receive) {
      transport.receive = (bytes, from) => {
        show('in', from, bytes);
        receive(bytes, from);
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

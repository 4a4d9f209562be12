import type { Listening, Peer, Transport } from './types.ts';

/** Several transports as one: a message leaves through the one that speaks the peer's protocol and address family. */
export function joinTransports(transports: readonly Transport[]): Transport {
  const [first] = transports;
  if (!first) throw new Error('no transport to join');
  const by = (peer: Peer): Transport | undefined => {
    const speaking = transports.filter(one => one.listening.some(l => l.protocol === peer.protocol));
    const six = peer.address.includes(':');
    return speaking.find(one => one.listening.some(l => l.address.includes(':') === six)) ?? speaking[0];
  };
  const joined: Transport = {
    listening: transports.flatMap(one => [...one.listening]),
    local: (peer): Listening => (by(peer) ?? first).local(peer),
    send: (bytes, to, failed) => {
      const one = by(to);
      if (one) one.send(bytes, to, failed);
      else if (failed) queueMicrotask(() => failed(`no ${to.protocol} here`));
    },
    receive: () => {},
    closed: () => {},
    hangUp: unwanted => {
      for (const one of transports) one.hangUp(unwanted);
    },
    close: async () => {
      await Promise.all(transports.map(one => one.close()));
    },
  };
  for (const one of transports) {
    one.receive = (bytes, from) => joined.receive(bytes, from);
    one.closed = connection => joined.closed(connection);
  }
  return joined;
}

/** What signalling does to media when a call begins, in a process of its own that a test can kill. Arguments: socket, two ports. */
import { SystemClock } from '@kommutator/base';
import type { Ep } from '@kommutator/media';
import { keepConnected } from '../src/ipc/index.ts';
import { MediaClient } from '../src/ipc/media-over-channel.ts';
import type { FromMedia, ToMedia } from '../src/ipc/media-words.ts';

const [path = '', ...ports] = process.argv.slice(2);
const clock = new SystemClock();
const media = new MediaClient(clock);
const codec = { codec: 'PCMA', payloadType: 8 } as const;
const [a, b] = ['a', 'b'] as Ep[] as [Ep, Ep];

async function begin(): Promise<void> {
  for (const [i, ep] of [a, b].entries()) {
    await media.command({ do: 'open', ep, domain: 'd', as: 'rtp', language: 'en' });
    const to = {
      address: '127.0.0.1',
      port: Number(ports[i]),
      send: codec,
      receive: [codec],
      telephoneEvent: 101,
      direction: 'sendrecv',
      ptime: 20,
      answered: true,
    } as const;
    await media.command({ do: 'remote', ep, to });
    await media.command({ do: 'watch', ep, keys: 'withhold', lostAfter: 60_000 });
  }
  await media.command({ do: 'hear', ep: a, what: { relay: b } });
  await media.command({ do: 'hear', ep: b, what: { relay: a } });
  process.send?.('talking');
}

keepConnected<ToMedia, FromMedia>({
  path,
  role: 'signalling',
  clock,
  up: channel => {
    const handlers = media.attach(channel);
    void begin();
    return handlers;
  },
});

import { SystemClock } from '@kommutator/base';
import {
  answerAudio,
  createStack,
  DEFAULT_CODECS,
  openSockets,
  parseSdp,
  type SipLog,
  type SipStack,
  secureRandom,
  writeAnswer,
} from '@kommutator/sip';

/** A UAS: rings, answers whoever offers G.711 with an RTP port of ours, and takes the BYE. */
export async function answering(host: string, port: number, rtpPort: number): Promise<SipStack> {
  const clock = new SystemClock();
  const log: SipLog = (level, text, more) => level !== 'debug' && console.error(text, more);
  const transport = await openSockets({ udp: { host, port }, tcp: { host, port }, log, clock });
  const stack = createStack({ transport, clock, random: secureRandom, userAgent: 'Answering', log });
  stack.events = {
    request: transaction => transaction.respond(transaction.request.method === 'OPTIONS' ? 200 : 405),
    invite: invite => {
      const offer = parseSdp(invite.request.body);
      const agreed = offer.ok && offer.value.audio && answerAudio(offer.value.audio, DEFAULT_CODECS);
      if (!agreed) return invite.refuse(488);
      invite.dialog.events = {
        request: transaction => transaction.respond(488),
        bye: transaction => transaction.respond(200),
        lost: why => log('warn', 'call lost', { why }),
      };
      const local = {
        sessionId: '1',
        version: 1,
        address: host,
        port: rtpPort,
        direction: 'sendrecv',
        ptime: 20,
      } as const;
      const bytes = writeAnswer({ ...local, ...agreed }, offer.value);
      invite.ring(180);
      invite.answer({ body: { type: 'application/sdp', bytes } });
    },
  };
  return stack;
}

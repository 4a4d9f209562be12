import {
  DEFAULT_CODECS,
  type Dialog,
  type Peer,
  parseSdp,
  type SipStack,
  TELEPHONE_EVENT,
  writeOffer,
} from '@kommutator/sip';

/** A UAC: calls, and resolves with the dialog and where the other side wants its RTP; the caller ends it with `dialog.bye()`. */
export function calling(
  stack: SipStack,
  to: Peer,
  number: string,
  rtpPort: number,
): Promise<{ dialog: Dialog; rtp: string }> {
  const [listening] = stack.listening;
  const host = listening?.advertised ?? '127.0.0.1';
  const bytes = writeOffer({
    sessionId: '1',
    version: 1,
    address: host,
    port: rtpPort,
    codecs: DEFAULT_CODECS,
    telephoneEvent: TELEPHONE_EVENT,
    direction: 'sendrecv',
    ptime: 20,
  });
  const uri = `sip:${number}@${to.address}`;
  const body = { type: 'application/sdp', bytes };
  return new Promise((resolve, reject) => {
    stack.invite({ method: 'INVITE', uri, from: `sip:me@${host}`, to: uri, body }, to, {
      provisional: () => undefined,
      answered: (response, dialog) => {
        dialog.acknowledge();
        const answer = parseSdp(response.body);
        const audio = answer.ok ? answer.value.audio : null;
        resolve({ dialog, rtp: `${audio?.address}:${audio?.port}` });
      },
      failed: ({ why, status }) => reject(new Error(`${number}: ${why} ${status}`)),
    });
  });
}

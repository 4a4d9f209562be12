// @ts-nocheck: it runs in a browser, whose names the rest of the tests must not know.
import JsSIP from 'jssip';

/**
 * A browser phone on JsSIP for the tests. Its microphone is an oscillator, its ear an analyser: what is heard is a
 * frequency. Everything that happens is written to `events`.
 */
const context = new AudioContext();
const oscillator = context.createOscillator();
const microphone = context.createMediaStreamDestination();
oscillator.connect(microphone);
oscillator.start();

const analyser = context.createAnalyser();
analyser.fftSize = 8_192;
const spectrum = new Float32Array(analyser.frequencyBinCount);

const events = [];
let ua;
let session;
let incoming;

/** Chromium plays a track into WebAudio only while an element has it as well. */
const speaker = new Audio();
speaker.muted = true;

function listen(stream) {
  speaker.srcObject = stream;
  speaker.play();
  context.createMediaStreamSource(stream).connect(analyser);
}

function follow(made) {
  session = made;
  const on = (name, text = () => name) => made.on(name, data => events.push(text(data)));
  on('progress');
  on('confirmed');
  on('ended', ({ originator, cause }) => `ended ${originator} ${cause}`);
  on('failed', ({ originator, cause }) => `failed ${originator} ${cause}`);
  on('hold', ({ originator }) => `hold ${originator}`);
  on('unhold', ({ originator }) => `unhold ${originator}`);
  const hook = peer => {
    peer.addEventListener('track', ({ streams, track }) => listen(streams[0] ?? new MediaStream([track])));
    peer.addEventListener('connectionstatechange', () => events.push(`media ${peer.connectionState}`));
  };
  if (made.connection) hook(made.connection);
  else made.on('peerconnection', ({ peerconnection }) => hook(peerconnection));
  // No address is asked for anywhere: what there is at once is enough.
  made.on('icecandidate', ({ ready }) => ready());
}

const media = () => ({ mediaStream: microphone.stream, pcConfig: { iceServers: [] } });

globalThis.phone = {
  events,
  /** @param o url of the WebSocket, uri, authorization user, password, hz of the voice. */
  start(o) {
    oscillator.frequency.value = o.hz;
    void context.resume();
    ua = new JsSIP.UA({
      sockets: [new JsSIP.WebSocketInterface(o.url)],
      uri: o.uri,
      password: o.password,
      authorization_user: o.user,
      session_timers: false,
    });
    ua.on('registered', () => events.push('registered'));
    ua.on('registrationFailed', ({ cause }) => events.push(`registration failed ${cause}`));
    ua.on('newRTCSession', ({ session: made, originator }) => {
      if (originator !== 'remote') return;
      incoming = made;
      follow(made);
      events.push(`rings ${made.remote_identity.uri.user}`);
    });
    ua.start();
  },
  calls(target) {
    const made = ua.call(target, { ...media(), eventHandlers: {} });
    follow(made);
  },
  answers() {
    incoming.answer(media());
  },
  refuses() {
    incoming.terminate({ status_code: 486 });
  },
  hangsUp() {
    session.terminate();
  },
  holds() {
    session.hold();
  },
  unholds() {
    session.unhold();
  },
  presses(keys) {
    session.sendDTMF(keys, { transportType: 'RFC2833', duration: 120, interToneGap: 100 });
  },
  /** The loudest frequency, Hz; 0 = silence. */
  hears() {
    analyser.getFloatFrequencyData(spectrum);
    let best = 0;
    for (let i = 1; i < spectrum.length; i++) if (spectrum[i] > spectrum[best]) best = i;
    return spectrum[best] < -70 ? 0 : Math.round((best * context.sampleRate) / analyser.fftSize);
  },
  /** What the browser says of its media: cipher, packets. */
  async stats() {
    const all = [...(await session.connection.getStats()).values()];
    const transport = all.find(({ type }) => type === 'transport');
    const inbound = all.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio');
    return {
      cipher: transport?.srtpCipher,
      state: transport?.dtlsState,
      lost: inbound?.packetsLost ?? 0,
      packets: inbound?.packetsReceived ?? 0,
      concealed: inbound?.concealedSamples ?? 0,
    };
  },
  stop() {
    ua.stop();
  },
};

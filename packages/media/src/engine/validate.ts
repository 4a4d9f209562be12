import { isIP } from 'node:net';
import type { Command, Hear, Negotiated, Secure } from '../protocol.ts';
import { profileOf } from '../srtp/profile.ts';

/** Most clips of one playlist, voices of one mix, keys of one command, and `then` inside `then`. */
const MOST_CLIPS = 100;
const MOST_VOICES = 32;
const MOST_DEPTH = 8;
const KEYS = /^[0-9*#A-D]{1,64}$/;

/** Can this command be carried out as it stands? */
export function isSound(command: Command): boolean {
  switch (command.do) {
    case 'open':
      return (
        (command.as === 'rtp' || command.as === 'webrtc') &&
        isName(command.ep) &&
        typeof command.domain === 'string'
      );
    case 'remote':
      return isNegotiated(command.to);
    case 'hear':
      return isHear(command.what, 0);
    case 'watch':
      return command.lostAfter >= 0 && ['relay', 'withhold', 'off'].includes(command.keys);
    case 'keys':
      return KEYS.test(command.keys);
    case 'adopt':
      return Number.isSafeInteger(command.after ?? 0);
    case 'close':
    case 'renew':
      return true;
    default:
      return false;
  }
}

function isHear(hear: Hear, depth: number): boolean {
  if ('silence' in hear) return true;
  if ('relay' in hear) return isName(hear.relay);
  if ('mix' in hear) return hear.mix.length <= MOST_VOICES && hear.mix.every(isName);
  if (!('play' in hear)) return false;
  const clips = hear.play.length <= MOST_CLIPS && hear.play.every(clip => typeof clip === 'string');
  return clips && Number.isInteger(hear.tag) && depth < MOST_DEPTH && isHear(hear.then, depth + 1);
}

/** The address is an IP address: the engine asks no name server. */
function isNegotiated(to: Negotiated): boolean {
  const types = [to.send, ...to.receive].every(
    ({ codec, payloadType }) => (codec === 'PCMA' || codec === 'PCMU') && isPayloadType(payloadType),
  );
  const event = to.telephoneEvent === undefined || isPayloadType(to.telephoneEvent);
  const place = isIP(to.address) !== 0 && isPort(to.port) && isPort(to.rtcpPort ?? 0);
  return types && event && place && (to.secure === undefined || isSecure(to.secure));
}

function isSecure(secure: Secure): boolean {
  if (secure.by === 'sdes') {
    const profile = profileOf(secure.suite);
    if (!profile) return false;
    const isKey = (key: unknown) =>
      typeof key === 'string' && Buffer.from(key, 'base64').length === profile.key + profile.salt;
    return isKey(secure.send) && isKey(secure.receive);
  }
  const { local, remote } = secure.ice;
  const role = secure.role === 'client' || secure.role === 'server';
  return role && [local.ufrag, local.password, remote].every(isName) && secure.fingerprints.length > 0;
}

const isName = (name: unknown): boolean => typeof name === 'string' && name.length > 0 && name.length <= 200;
const isPayloadType = (n: number): boolean => Number.isInteger(n) && n >= 0 && n < 128;
const isPort = (n: number): boolean => Number.isInteger(n) && n >= 0 && n < 65_536;

import type { Peer } from '@kommutator/sip';

/**
 * User agents that give a challenge up as soon as one of its fields names another algorithm than MD5, wherever it stands,
 * though RFC 8760 §2.4 has them skip it: baresip (its library libre) before 3.12, which is what Debian and Ubuntu have.
 */
const GIVE_UP: readonly RegExp[] = [/^baresip v(?:[0-2]\.|3\.(?:\d|1[01])\.)/];

/**
 * Whether that peer can be challenged with MD5 alone. On a WebSocket everybody: JsSIP reads the last challenge only and
 * gives up at SHA-256, SIP.js knows nothing but MD5, and both are called by the name of the page they are part of.
 */
export const takesMd5Alone = (userAgent: string | undefined, protocol: Peer['protocol']): boolean =>
  protocol === 'ws' ||
  protocol === 'wss' ||
  (userAgent !== undefined && GIVE_UP.some(pattern => pattern.test(userAgent)));

/** What limits tell apart; a connection is counted when it is made. */
export const KINDS = [
  'register',
  'invite',
  'options',
  'subscribe',
  'other',
  'response',
  'connection',
] as const;
export type Kind = (typeof KINDS)[number];

export const CONNECTION = KINDS.indexOf('connection');

/**
 * What a message is, by its first letters: nothing is parsed for one that will be dropped.
 * @returns an index into {@link KINDS}; what is no SIP counts as `other`.
 */
export function kindOf(bytes: Uint8Array): number {
  let at = 0;
  // Empty lines before the start line are ignored (RFC 3261 §7.5).
  while (bytes[at] === 0x0d || bytes[at] === 0x0a) at++;
  switch (bytes[at]) {
    case 0x52: // REGISTER, and not REFER
      return bytes[at + 2] === 0x47 ? 0 : 4;
    case 0x49: // INVITE, and not INFO
      return bytes[at + 2] === 0x56 ? 1 : 4;
    case 0x4f: // OPTIONS
      return 2;
    case 0x53: // SUBSCRIBE, or SIP/2.0
      return bytes[at + 1] === 0x55 ? 3 : 5;
    default:
      return 4;
  }
}

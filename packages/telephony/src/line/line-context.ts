import type { Clock, Ms } from '@kommutator/base';
import type { SipStack } from '@kommutator/sip';
import type { SecurityLog } from '../defence/security-log.ts';
import type { Directory, Log } from '../ports.ts';
import type { LegBook } from './leg-book.ts';
import type { MediaHub } from './media-hub.ts';

export interface LineSettings {
  /** Networks beside the private ones whose phones reach us without NAT: CIDR (LOCAL_NETS). */
  readonly localNets: readonly string[];
  /** Demo accounts are taken from any source (DEMO=public), not from loopback and private ones only. */
  readonly demoFromAnywhere: boolean;
  /** Address written into the SDP of peers outside private and local networks (PUBLIC_HOST); null = the engine's own. */
  readonly publicAddress: string | null;
  /** A talking phone without RTP and RTCP for so long is asked whether it is there; 0 = never, 60 s when left out. */
  readonly rtpTimeout?: Ms;
  /** Ours for peers whose media is on IPv6, where media listens on both families; the engine's own when left out. */
  readonly address6?: string | null;
  /** Where calls of a trunk without destinations go: the built-in simulator of the demo. */
  readonly simulator: {
    readonly host: string;
    readonly port: number;
    readonly protocol: 'udp' | 'tcp';
  } | null;
}

/** What every leg of this line stands on. */
export interface LineContext {
  readonly clock: Clock;
  readonly sip: SipStack;
  readonly hub: MediaHub;
  readonly directory: Directory;
  readonly log: Log;
  readonly security: SecurityLog;
  readonly settings: LineSettings;
  /** Whether an address is private, loopback, or of LOCAL_NETS: reached without NAT. */
  readonly isInside: (address: string) => boolean;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Writes what was appended to the journal to the disk: called before a BYE is answered. */
  readonly journalFlush: () => void;
  readonly legs: LegBook;
}

/** Methods taken inside a dialog; the stack tells them in Allow. */
export const LINE_ALLOW: readonly string[] = [
  'INVITE',
  'ACK',
  'CANCEL',
  'BYE',
  'OPTIONS',
  'INFO',
  'UPDATE',
  'PRACK',
];
/** Extensions the line and the stack take care of; the stack refuses a request that requires another (RFC 3261 §8.2.2.3). */
export const LINE_SUPPORTED: readonly string[] = ['replaces', 'path', '100rel', 'timer'];
/** Value of Allow in a 405. */
export const ALLOW = LINE_ALLOW.join(', ');

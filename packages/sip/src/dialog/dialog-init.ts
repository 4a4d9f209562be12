import type { SipRequest } from '../message/types.ts';
import type { Peer } from '../transport/types.ts';

/** The state of RFC 3261 §12.1, as a new dialog has it. */
export interface DialogInit {
  readonly side: 'uac' | 'uas';
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** From and To values of our requests, with their tags. */
  readonly local: string;
  readonly remote: string;
  /** CSeq number of the INVITE; ours or theirs. */
  readonly sequence: number;
  readonly target: string;
  readonly routes: readonly string[];
  /** Where the INVITE came from, or went to. */
  readonly heard: Peer;
  readonly contact: string;
}

/** The INVITE that makes the dialog, while it has no final answer. */
export interface Founding {
  /** The dialog is over before the answer. @param bye what ended it; absent when its owner did. */
  abandon(bye?: SipRequest): void;
  /** Stops whatever timer it has. */
  stop(): void;
}

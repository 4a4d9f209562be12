import type { Peer } from '../transport/types.ts';
import type { SessionTerms } from './session-terms.ts';

/** A confirmed dialog as plain data (RFC 3261 §12): what another process needs to go on with it. About 0.6 kB as JSON. */
export interface DialogState {
  readonly side: 'uac' | 'uas';
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** From and To values of our requests, with their tags. */
  readonly local: string;
  readonly remote: string;
  /** CSeq numbers of the last request of ours and of theirs; null before their first. */
  readonly localSequence: number;
  readonly remoteSequence: number | null;
  readonly target: string;
  readonly routes: readonly string[];
  /** Where the last message of the other side came from. A connection does not outlive its process. */
  readonly heard: Peer;
  readonly contact: string;
  readonly session: { readonly terms: SessionTerms; readonly takesUpdate: boolean } | null;
}

/** Requests sent between the last state that was kept and the end of the process: their numbers must not come again. */
export const SEQUENCE_GAP = 1_000;

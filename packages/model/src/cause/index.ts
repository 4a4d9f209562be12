/** Why a leg or a call ended: a SIP status with its Q.850 cause (RFC 3326, RFC 3398). */
export interface Cause {
  /** SIP status of the refusal; 200 for a normal end. */
  readonly sip: number;
  /** ITU-T Q.850 cause. */
  readonly q850: number;
  /** Text of the Reason header field, English. */
  readonly text: string;
  /** The call was answered elsewhere: CANCEL carries `Reason: SIP;cause=200` (RFC 3326, USR-42.5). */
  readonly elsewhere?: boolean;
  /** The SIP status the refusal stands for in its Reason, where it is not Q.850 (BIL-14: 403 for 402). */
  readonly reasonSip?: number;
}

const cause = (sip: number, q850: number, text: string): Cause => ({ sip, q850, text });

/** One name per ending that the product knows (spec 00 §3.4 «SIP»). */
export const CAUSES = {
  normal: cause(200, 16, 'Normal call clearing'),
  elsewhere: { ...cause(487, 26, 'Call completed elsewhere'), elsewhere: true },
  cancelled: cause(487, 16, 'Request terminated'),
  busy: cause(486, 17, 'User busy'),
  noAnswer: cause(480, 19, 'No answer from the user'),
  unreachable: cause(480, 20, 'Subscriber absent'),
  nobody: cause(480, 20, 'Subscriber absent'),
  unknownNumber: cause(404, 1, 'Unallocated number'),
  noIncomingChannel: cause(486, 17, 'User busy'),
  noOutgoingChannel: cause(486, 34, 'No circuit available'),
  forbidden: cause(403, 21, 'Call rejected'),
  blocked: cause(480, 31, 'Normal, unspecified'),
  tooManyHops: cause(483, 25, 'Exchange routing error'),
  tooManyBranches: cause(440, 25, 'Exchange routing error'),
  noCommonCodec: cause(488, 88, 'Incompatible destination'),
  trunkDown: cause(480, 27, 'Destination out of order'),
  overload: cause(503, 42, 'Switching equipment congestion'),
  mediaLost: cause(500, 31, 'Media lost'),
  mediaTimeout: cause(500, 102, 'RTP timeout'),
  systemEnd: cause(500, 41, 'Temporary failure'),
  notAvailable: cause(480, 31, 'Normal, unspecified'),
} as const satisfies Record<string, Cause>;

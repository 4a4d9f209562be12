/** SIP signalling for the server side: parser, transports, transactions, dialogs, digest, SDP. Knows nothing of a PBX. */
export type * from './message/types.ts';
export type * from './sdp/types.ts';
export type * from './stack.ts';
export type * from './transport/types.ts';

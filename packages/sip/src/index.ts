/** SIP signalling for the server side: parser, transports, transactions, dialogs, digest, SDP. Knows nothing of a PBX. */
export { DIGEST_ALGORITHMS, type DigestAlgorithm, digestResponse, ha1, ha2 } from './digest/algorithm.ts';
export { answerChallenge, type ChallengeAnswer, NonceCount } from './digest/client.ts';
export { type DigestFields, parseDigest } from './digest/fields.ts';
export type { RandomBytes } from './digest/nonce.ts';
export * from './digest/server.ts';
export { formatNameAddr, parseNameAddr, parseNameAddrList } from './message/address.ts';
export { createRequest, createResponse } from './message/create.ts';
export { type FrameEvents, StreamFramer } from './message/framer.ts';
export { createHeaders } from './message/headers.ts';
export { MAX_MESSAGE, parseMessage } from './message/parse.ts';
export { reasonPhrase } from './message/reasons.ts';
export { serializeMessage } from './message/serialize.ts';
export type * from './message/types.ts';
export { formatUri, parseUri } from './message/uri.ts';
export { type CSeq, formatVia, parseCSeq, parseVia } from './message/via.ts';
export type * from './sdp/types.ts';
export type * from './stack.ts';
export type * from './transport/types.ts';

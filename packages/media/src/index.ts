/** RTP, codecs, DTMF, tones, prompts. Knows nothing of SIP messages or of a PBX. */
export * from './protocol.ts';

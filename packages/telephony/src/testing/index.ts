/** The virtual exchange kit: whole calls in memory at virtual speed, and phones that also run over real sockets. */
export * from './config.ts';
export { DEMO, FILIAL } from './demo.ts';
export { engineThrough } from './engine-through.ts';
export * from './memory-ports.ts';
export { IncomingCall } from './phone/incoming-call.ts';
export { OutgoingCall } from './phone/outgoing-call.ts';
export { type CallOptions, Phone, type PhoneInit } from './phone/phone.ts';
export { type HoldOptions, PhoneCall, type PhoneEnd } from './phone/phone-call.ts';
export type { PhoneAudio, PhoneMedia } from './phone/phone-media.ts';
export { SymbolicMedia } from './phone/symbolic-media.ts';
export { hours } from './schedules.ts';
export { trunkTo, VirtualExchange, type VirtualOptions, virtualExchange } from './virtual-exchange.ts';

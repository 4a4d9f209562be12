/** Call control: registrar, legs, flows, trunks, features, and the projections of the journal. */
export * from './call.ts';
export { ChannelCounter } from './channels.ts';
export type { Ban } from './defence/bans.ts';
export { SecurityLog } from './defence/security-log.ts';
export { Shield } from './defence/shield.ts';
export {
  type ActiveCall,
  createExchange,
  type Exchange,
  type ExchangeCounters,
  type ExchangeDeps,
} from './exchange.ts';
export { LINE_ALLOW, LINE_SUPPORTED } from './line/line-context.ts';
export { openMeter } from './open-meter.ts';
export type * from './ports.ts';
export type { LeftCall } from './resume.ts';

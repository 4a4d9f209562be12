/** What whole-product tests and load tools share. */
export * from './baresip.ts';
export * from './browser.ts';
export * from './configure.ts';
export * from './exchange.ts';
export * from './flood.ts';
export * from './history.ts';
export * from './load.ts';
export * from './metrics.ts';
export * from './phones.ts';
export * from './rtp-media.ts';
export * from './sdp.ts';
export * from './sipp.ts';

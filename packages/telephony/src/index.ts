/** Call control: registrar, legs, flows, trunks, features, and the projections of the journal. */
export * from './call.ts';
export type * from './ports.ts';

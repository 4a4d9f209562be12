/** Door for those who only start the server: it loads no queries. */
export { EmbeddedFailure } from './failure.ts';
export { type EmbeddedOptions, type EmbeddedPostgres, startEmbedded } from './start-embedded.ts';

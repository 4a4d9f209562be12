/** PostgreSQL: starter, roles, migrations, queries, change feed. */
export { EmbeddedFailure } from './embedded/failure.ts';
export { type EmbeddedOptions, type EmbeddedPostgres, startEmbedded } from './embedded/start-embedded.ts';
export { type StoreLog, silentLog } from './log.ts';

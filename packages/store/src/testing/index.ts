/** Databases for tests: one server, one migrated template, a fresh database per file. */
export {
  type FreshStore,
  type FreshStoreOptions,
  startTestDatabase,
  type TestDatabase,
} from './test-database.ts';

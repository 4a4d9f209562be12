/** vitest `globalSetup` of the database tests: one server for all files of a run. */
import { startSharedDatabase } from './test-database.ts';

export default startSharedDatabase;

/** Connections of one role: they come back by themselves when the database does. */
import { Kysely, PostgresDialect } from 'kysely';
import { Pool, types } from 'pg';
import type { StoreLog } from '../log.ts';
import type { Tables } from './tables.ts';

export interface PoolOptions {
  readonly url: string;
  readonly connections: number;
  readonly log: StoreLog;
}

export interface Connections {
  readonly db: Kysely<Tables>;
  close(): Promise<void>;
}

const INT8 = 20;
/** Fail fast: callers retry, nobody queues behind a database that is away. */
const CONNECT_TIMEOUT_MS = 3_000;
const QUERY_TIMEOUT_MS = 30_000;

/** int8 is bigint everywhere: kopecks must not become floating point. */
const typeParsers = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === INT8 && format !== 'binary'
      ? (text: string) => BigInt(text)
      : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
};

export function connect({ url, connections, log }: PoolOptions): Connections {
  const pool = new Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    types: typeParsers,
    application_name: 'kommutator',
  });
  // An idle connection that breaks is replaced at the next use.
  pool.on('error', error => log.warn({ error: error.message }, 'a database connection was lost'));
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return { db, close: () => db.destroy() };
}

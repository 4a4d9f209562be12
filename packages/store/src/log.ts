/** Where the store writes what an engineer must know; the composition root gives the real one. */
export interface StoreLog {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** For tests and tools that have nothing to say. */
export const silentLog: StoreLog = { debug() {}, info() {}, warn() {}, error() {} };

/** The embedded server could not be started; the message says what to do about it. */
export class EmbeddedFailure extends Error {
  override readonly name = 'EmbeddedFailure';
}

/** @returns the errno code of a file-system or spawn error, e.g. `ENOENT`. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
